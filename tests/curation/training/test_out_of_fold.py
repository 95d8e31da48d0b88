"""What the fold models of an audit see of an image."""

import pytest

from curation.training.out_of_fold import input_of
from models.networks.architectures import find_architecture
from models.networks.variants import parse_variant
from models.training.recipes import FINETUNED_PX


@pytest.mark.parametrize(
    ("name", "size_px"),
    [
        ("efficientnet_lite0", 224),
        ("efficientnet_lite0@scratch", 224),
        ("efficientnet_lite0@finetuned", FINETUNED_PX),
        ("resnet18@finetuned", FINETUNED_PX),
        ("simple_cnn", 48),
        ("torchvision:squeezenet1_1@finetuned", 224),  # not every network of a library takes another size
    ],
)
def test_fine_tuned_networks_of_the_registry_see_small_images(name: str, size_px: int) -> None:
    variant = parse_variant(name)
    spec, usual = input_of(variant), find_architecture(variant.architecture).input
    assert spec.size_px == size_px
    assert (spec.mean, spec.std, spec.interpolation) == (usual.mean, usual.std, usual.interpolation)
