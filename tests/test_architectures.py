"""A sweep over the registry: what every architecture must do."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures import ARCHITECTURES, Classifier, find_architecture
from models.errors import ErrataError
from models.variants import build_classifier, parse_variant

EVERY = pytest.mark.parametrize("name", ARCHITECTURES)
K = 5


def built(name: str) -> tuple[Classifier, Tensor]:
    """Return a classifier and two normalised images."""
    side = ARCHITECTURES[name].input.size_px
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build_classifier(parse_variant(name), K), torch.randn(2, 3, side, side)


@EVERY
def test_forward(name: str) -> None:
    classifier, images = built(name)
    with torch.no_grad():
        logits = classifier.eval()(images)
        embeddings = classifier.backbone(images)
        assert torch.equal(classifier.head(embeddings), logits)
    assert logits.shape == (2, K)
    assert logits.isfinite().all()
    assert embeddings.ndim == 2


@EVERY
def test_every_weight_gets_a_finite_gradient(name: str) -> None:
    classifier, images = built(name)
    functional.cross_entropy(classifier.train()(images), torch.tensor([0, K - 1])).backward()  # type: ignore[no-untyped-call]
    for parameter, weight in classifier.named_parameters():
        assert weight.grad is not None, parameter
        assert weight.grad.isfinite().all(), parameter


@EVERY
def test_the_cam_layer_gives_a_map_that_decides_the_logits(name: str) -> None:
    classifier, images = built(name)
    kept: list[Tensor] = []

    def keep(module: nn.Module, inputs: object, output: Tensor) -> None:
        output.retain_grad()
        kept.append(output)

    handle = ARCHITECTURES[name].cam_layer(classifier).register_forward_hook(keep)
    classifier.eval()(images)[:, 0].sum().backward()
    handle.remove()
    assert len(kept) == 1
    assert kept[0].ndim == 4
    assert min(kept[0].shape[2:]) >= 4  # places to tell apart
    assert kept[0].grad is not None
    assert kept[0].grad.abs().sum() > 0


@EVERY
def test_fresh_weights_come_from_the_seed(name: str) -> None:
    (first, _), (second, _) = built(name), built(name)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@EVERY
def test_a_source_is_named(name: str) -> None:
    assert ARCHITECTURES[name].source
    assert find_architecture(name) is ARCHITECTURES[name]


def test_the_small_network_has_the_layers_it_is_known_for() -> None:
    classifier, _ = built("simple_cnn_norm_dropout")
    found = [type(layer).__name__ for layer in classifier.modules() if not list(layer.children())]
    block = ["Conv2d", "ReLU", "BatchNorm2d", "Conv2d", "ReLU", "MaxPool2d"]
    last = ["Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Flatten"]
    assert found == [*block, *block, *last, "Linear", "ReLU", "Dropout", "Linear", "ReLU", "Linear"]
    widths = [layer.out_channels for layer in classifier.modules() if isinstance(layer, nn.Conv2d)]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_unknown() -> None:
    with pytest.raises(ErrataError, match="no architecture 'simple_cnn'; did you mean 'simple_cnn_norm_dropout'"):
        find_architecture("simple_cnn")
