"""Where a network last has a map of the image."""

import pytest
import torch
from torch import nn

from models.networks.architectures import ARCHITECTURES, find_architecture
from models.networks.last_map import channels_first, find_last_map, tokens_to_map


def test_tokens_by_hand() -> None:
    tokens = torch.arange(12.0).reshape(1, 6, 2)  # two in front, then (0, 0), (0, 1), (1, 0), (1, 1)
    assert tokens_to_map(2, tokens).tolist() == [[[[4, 6], [8, 10]], [[5, 7], [9, 11]]]]


def test_channels_first_by_hand() -> None:
    assert channels_first(torch.arange(8.0).reshape(1, 2, 2, 2)).tolist() == [[[[0, 2], [4, 6]], [[1, 3], [5, 7]]]]


def test_the_last_of_a_plain_network() -> None:
    def build() -> nn.Module:
        pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1), pool)

    last = find_last_map(build, 32)
    assert last is not None
    assert (last.layer, last.stride_px, last.reshape) == ("2", 4, None)


def test_a_network_without_a_map() -> None:
    assert find_last_map(lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 5)), 8) is None


def test_a_network_that_gives_no_embedding() -> None:
    with pytest.raises(ValueError, match="no single embedding"):
        find_last_map(lambda: nn.Conv2d(3, 4, 3), 8)


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_large"])
def test_what_the_registry_says_is_what_is_found(name: str) -> None:
    entry = ARCHITECTURES[name]
    last = find_last_map(lambda: entry.build(2, 224).backbone, 224)
    assert last is not None
    classifier = entry.build(2, 224)
    assert classifier.backbone.get_submodule(last.layer) is entry.cam_layer(classifier)
    assert last.stride_px == entry.min_size_px


@pytest.mark.parametrize(
    ("name", "layer", "stride"),
    [
        ("timm:vit_tiny_patch16_224", "blocks.11.norm1", 16),
        ("timm:deit_tiny_distilled_patch16_224", "blocks.11.norm1", 16),
        ("timm:swin_tiny_patch4_window7_224", "norm", 32),
        ("torchvision:swin_t", "permute", 32),
        ("torchvision:regnet_x_400mf", "trunk_output", 32),
    ],
)
def test_transformers_and_others(name: str, layer: str, stride: int) -> None:
    entry = find_architecture(name)
    classifier = entry.build(2, 224).eval()
    assert entry.cam_layer(classifier) is classifier.backbone.get_submodule(layer)
    assert entry.min_size_px == stride
    seen: list[torch.Tensor] = []
    entry.cam_layer(classifier).register_forward_hook(lambda module, inputs, output: seen.append(output))
    with torch.no_grad():
        classifier(torch.zeros(1, 3, 224, 224))
    shape = (entry.cam_reshape(seen[0]) if entry.cam_reshape else seen[0]).shape
    assert shape[2:] == (224 // stride, 224 // stride)
