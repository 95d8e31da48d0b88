"""Names of architectures' fields."""

import pytest

from curation.workspace.names import slug


@pytest.mark.parametrize(
    ("architecture", "version", "field"),
    [
        ("efficientnet_lite0", "original", "efficientnet_lite0"),
        ("efficientnet_lite0", "v1", "efficientnet_lite0_v1"),
        ("ResNet-18.a1", "original", "resnet_18_a1"),
        ("é", "original", "_"),
    ],
)
def test_slug(architecture: str, version: str, field: str) -> None:
    assert slug(architecture, version) == field
