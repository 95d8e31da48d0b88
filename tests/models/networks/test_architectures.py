"""The registry: its layers, where it is looked into, and what is not in it. What all must do is in test_sweep.py."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from models.errors import ErrataError
from models.networks import custom
from models.networks.architectures import (
    ARCHITECTURES,
    Classifier,
    architecture_rows,
    find_architecture,
    parameter_count,
)

OWN = sorted(name for name, entry in ARCHITECTURES.items() if entry.weights is None)
SHORT = {
    "Conv2d": "Conv",
    "MaxPool2d": "MaxPool",
    "BatchNorm2d": "BN",
    "Linear": "FC",
    "AdaptiveAvgPool2d": "average",
}


def built(name: str, size_px: int | None = None) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ARCHITECTURES[name].build(5, size_px or ARCHITECTURES[name].input.size_px).eval()


def leaves(module: nn.Module) -> list[nn.Module]:
    return [layer for layer in module.modules() if not list(layer.children())]


def sequence(name: str) -> str:
    """Return the layers by name, a pool before its activation written behind it (see custom.py)."""
    names = [SHORT.get(type(layer).__name__, type(layer).__name__) for layer in leaves(built(name))]
    for place, (first, second) in enumerate(pairwise(names)):
        if first == "MaxPool" and second in ("ReLU", "Sigmoid", "Tanh"):
            names[place], names[place + 1] = second, first
    return "-".join(names)


@pytest.mark.parametrize(
    ("name", "block", "times", "end"),
    [
        ("simple_cnn", "Conv-ReLU-Conv-ReLU-MaxPool", 2, "Flatten-FC-ReLU-FC-ReLU-FC"),
        ("simple_cnn_sigmoid", "Conv-Sigmoid-Conv-Sigmoid-MaxPool", 3, "Flatten-FC-Sigmoid-FC-Sigmoid-FC"),
        ("simple_cnn_tanh", "Conv-Tanh-Conv-Tanh-MaxPool", 3, "Flatten-FC-Tanh-FC-Tanh-FC"),
        (
            "simple_cnn_norm_dropout",
            "Conv-ReLU-BN-Conv-ReLU-MaxPool",
            2,
            "Conv-ReLU-Conv-ReLU-MaxPool-Flatten-FC-ReLU-Dropout-FC-ReLU-FC",
        ),
        ("cnn3", "Conv-ReLU-MaxPool", 3, "Flatten-FC-ReLU-FC"),
        ("deep_cnn", "Conv-ReLU-Conv-ReLU-MaxPool", 3, "Flatten-FC-ReLU-FC"),
        ("deep_cnn_bn", "Conv-ReLU-Conv-ReLU-MaxPool-BN", 3, "Flatten-FC-ReLU-FC"),
    ],
)
def test_layers_are_those_it_is_known_for(name: str, block: str, times: int, end: str) -> None:
    assert sequence(name) == "-".join([block] * times + [end])


def test_plain_is_deep_and_nothing_else() -> None:
    assert sequence("plain_cnn") == "Conv-ReLU-MaxPool-" + "Conv-ReLU-" * 8 + "average-Flatten-FC"


def test_plain_and_residual_have_the_same_convolutions() -> None:
    def shapes(name: str) -> list[tuple[int, ...]]:
        return [tuple(layer.weight.shape) for layer in leaves(built(name)) if isinstance(layer, nn.Conv2d)]

    assert shapes("plain_cnn") == [shape for shape in shapes("residual_cnn") if shape[2:] != (1, 1)]


def test_shortcuts_are_identities_or_projections() -> None:
    blocks = [module for module in built("residual_cnn").modules() if isinstance(module, custom.ResidualBlock)]
    assert [len(block.shortcut) for block in blocks] == [0, 2, 0, 2]
    images = torch.randn(2, 32, 6, 6)
    assert torch.equal(blocks[0].shortcut(images), images)
    projection = blocks[1].shortcut[0]
    assert isinstance(projection, nn.Conv2d)
    assert (projection.kernel_size, projection.stride) == ((1, 1), (2, 2))
    with torch.no_grad():  # with nothing in the convolutions, what comes in comes out
        blocks[0].norm2.weight.zero_()
        assert torch.equal(blocks[0](images), images.relu())


def test_kernels_at_least_double_with_each_convolution() -> None:
    for name in ("deep_cnn", "deep_cnn_bn"):
        widths = [layer.out_channels for layer in leaves(built(name)) if isinstance(layer, nn.Conv2d)]
        assert all(later >= 2 * earlier for earlier, later in pairwise(widths))


@pytest.mark.parametrize("activation", [nn.ReLU(), nn.Tanh(), nn.Sigmoid()])
def test_the_pool_may_come_before_the_activation(activation: nn.Module) -> None:
    images = torch.randn(2, 3, 8, 8, requires_grad=True)
    pool = nn.MaxPool2d(2)
    before, after = activation(pool(images)), pool(activation(images))
    assert torch.equal(before, after)
    weights = torch.randn_like(before)
    gradients = [torch.autograd.grad((out * weights).sum(), images)[0] for out in (before, after)]
    assert torch.equal(*gradients)


@pytest.mark.parametrize("name", OWN)
def test_fresh_weights_come_from_the_seed(name: str) -> None:
    first, second = built(name), built(name)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.mark.parametrize("name", OWN)
def test_the_smallest_input(name: str) -> None:
    side = ARCHITECTURES[name].min_size_px
    assert built(name, side)(torch.zeros(1, 3, side, side)).shape == (1, 5)


def test_the_number_of_weights() -> None:
    """torchvision's documentation counts them with 1,000 classes."""
    known = {"resnet18": 11_689_512, "resnet50": 25_557_032, "mobilenet_v2": 3_504_872, "vgg16": 138_357_544}
    assert {name: parameter_count(name, 1000) for name in known} == known
    assert parameter_count("mobilenet_v3_large", 1000) == 5_483_032
    assert parameter_count("cnn3", 2, size_px=16) == sum(
        (3 * 9 * 16 + 16, 16 * 9 * 32 + 32, 32 * 9 * 64 + 64, 64 * 4 * 64 + 64, 64 * 2 + 2)
    )
    rows = {row.name: row for row in architecture_rows()}
    assert sorted(rows) == sorted(ARCHITECTURES)
    assert rows["resnet18"].parameters == 11_689_512 - 513 * 994
    assert rows["resnet18"].pretrained
    assert not rows["cnn3"].pretrained
    assert all(row.source for row in rows.values())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("simple_cmn", "no architecture 'simple_cmn'; did you mean 'simple_cnn'"),
        ("densenet121", "no architecture 'densenet121' of Errata's own; write torchvision:densenet121 for that"),
        ("vit_tiny_patch16_224", "write timm:vit_tiny_patch16_224"),
        ("torchvision:resnet81", "torchvision has no network 'resnet81'; did you mean torchvision:resnet18"),
        ("timm:resnet18x", "timm has no network 'resnet18x'; did you mean timm:resnet18"),
        ("timm:nonsense!", "timm has no network 'nonsense!'; see its documentation"),
        ("timm:resnet18.no_such_weights", "timm has no network 'resnet18.no_such_weights'; did you mean timm:resnet18"),
        ("keras:resnet18", "no architecture 'keras:resnet18'"),
        ("", "no architecture ''"),
    ],
)
def test_unknown(name: str, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        find_architecture(name)
