"""Convolutions in bfloat16: which, how far off, and the correction of their biases."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.features.bfloat16 import Bfloat16Conv, in_bfloat16, lowest_cosine, smooth_noise
from models.features.engines import folded
from models.images.input_spec import InputSpec
from tests.models.networks.lite_network import efficientnet_lite

SPEC = InputSpec(32, (0.5, 0.4, 0.3), (0.5, 0.25, 0.2))


def cosines(a: Tensor, b: Tensor) -> Tensor:
    return torch.nn.functional.cosine_similarity(a.double(), b.double())


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"stride": 2, "padding": 1}, {"dilation": 2}])
def test_the_products_are_of_rounded_numbers_and_the_sums_float32(options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(16, 8, 3, **options)
    images = torch.rand(2, 16, 9, 9)
    half = in_bfloat16(conv_with_noise := nn.Sequential(nn.Conv2d(3, 16, 1), conv), InputSpec(9, (0, 0, 0), (1, 1, 1)))
    assert isinstance(half, nn.Sequential)
    assert isinstance(half[1], Bfloat16Conv)
    assert type(half[0]) is nn.Conv2d  # three channels
    assert type(conv_with_noise[1]) is nn.Conv2d  # the original is left alone
    rounded = nn.functional.conv2d(
        images.bfloat16().double(), conv.weight.bfloat16().double(), None, conv.stride, conv.padding, conv.dilation
    )
    output = half[1](images)
    assert output.dtype == torch.float32
    assert not output.requires_grad
    torch.testing.assert_close(output - half[1].bias, rounded.float(), atol=0.01, rtol=0.01)


def test_the_bias_makes_up_for_the_rounding_of_the_weights() -> None:
    """Weights of 1 + 2^-9 round to 1: with inputs of 1, each of 16 channels loses 2^-9, and the bias gives it back."""
    conv = nn.Conv2d(16, 1, 1)
    first = nn.Conv2d(3, 16, 1)
    with torch.no_grad():
        first.weight.zero_()
        first.bias.fill_(1.0)  # type: ignore[union-attr]
        conv.weight.fill_(1 + 2**-9)
        conv.bias.fill_(0.5)  # type: ignore[union-attr]
    half = in_bfloat16(nn.Sequential(first, conv), SPEC)
    assert half.get_submodule("1").bias.item() == 0.5 + 16 * 2**-9  # type: ignore[operator]
    assert half(torch.rand(1, 3, 4, 4)).unique().item() == 16.5 + 16 * 2**-9


def test_grouped_and_narrow_layers_stay() -> None:
    net = nn.Sequential(nn.Conv2d(3, 32, 3), nn.Conv2d(32, 32, 3, groups=32), nn.Conv2d(32, 8, 1), nn.Conv2d(8, 4, 1))
    assert [type(layer) for layer in in_bfloat16(net, SPEC)] == [nn.Conv2d, nn.Conv2d, Bfloat16Conv, nn.Conv2d]  # type: ignore[attr-defined]


def test_features_of_the_backbone_keep_their_direction() -> None:
    module = efficientnet_lite(0)
    module.classifier = nn.Identity()
    spec = InputSpec(64, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    exact = folded(module, spec)
    half = in_bfloat16(exact, spec)
    assert sum(isinstance(layer, Bfloat16Conv) for layer in half.modules()) == 32  # all 1 x 1 convolutions
    blocks = np.random.default_rng(0).uniform(-1, 1, (6, 3, 8, 8)).repeat(8, 2).repeat(8, 3)
    images = torch.from_numpy(blocks).float()
    with torch.inference_mode():
        agreement = cosines(half(images), exact(images))
    assert agreement.min() >= 0.9995


def test_the_correction_brings_the_backbone_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    module = efficientnet_lite(0)
    module.classifier = nn.Identity()
    spec = InputSpec(64, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    exact = folded(module, spec)
    images = smooth_noise(spec, 12)[8:]  # not those that it was measured on
    with torch.inference_mode():
        corrected = cosines(in_bfloat16(exact, spec)(images), exact(images))
    monkeypatch.setattr("models.features.bfloat16._correct", uncorrected)
    with torch.inference_mode():
        plain = cosines(in_bfloat16(exact, spec)(images), exact(images))
    assert (1 - corrected).mean() < 0.75 * (1 - plain).mean()


def uncorrected(half: Bfloat16Conv, layer: nn.Conv2d, inputs: object, found: object) -> None:
    assert layer.bias is not None
    half.bias = layer.bias.detach()[:, None, None]


def test_smooth_noise_is_always_the_same_and_within_range() -> None:
    noise = smooth_noise(SPEC)
    assert torch.equal(noise, smooth_noise(SPEC))
    assert noise.shape == (8, 3, 32, 32)
    values = noise * torch.tensor(SPEC.std)[:, None, None] + torch.tensor(SPEC.mean)[:, None, None]
    assert values.min() + 1e-6 >= 0
    assert values.max() <= 1 + 1e-6
    assert 0.4 < values.mean() < 0.6
    neighbours = (values[..., 1:] - values[..., :-1]).abs().mean()
    assert neighbours < 0.7 * (values[..., 16:] - values[..., :-16]).abs().mean()  # smooth


def test_lowest_cosine() -> None:
    exact = np.array([[1, 0], [0, 2], [0, 0]], np.float32)
    assert lowest_cosine(exact, exact) == 1
    assert lowest_cosine(np.array([[2, 0], [3, 4], [0, 0]], np.float32), exact) == pytest.approx(0.8)
    assert lowest_cosine(np.array([[2, 0], [0, 1], [0, 1]], np.float32), exact) == 0
