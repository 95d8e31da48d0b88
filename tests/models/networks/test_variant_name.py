"""Variants as they are written."""

import subprocess
import sys

import pytest

from models.errors import ErrataError
from models.networks.variant_name import MODES, architecture_name, split_variant


def test_architecture_and_mode() -> None:
    assert split_variant("resnet18") == ("resnet18", None)
    assert split_variant(" timm:vit_base@frozen ") == ("timm:vit_base", "frozen")
    assert [split_variant(f"any@{mode}") for mode in MODES] == [("any", mode) for mode in MODES]
    assert architecture_name("resnet18@frozen") == architecture_name("resnet18") == "resnet18"


@pytest.mark.parametrize("text", ["resnet18@", "resnet18@frosen", "resnet18@frozen@scratch"])
def test_no_such_mode(text: str) -> None:
    with pytest.raises(ErrataError, match=f"no mode '{text.split('@', 1)[1]}'"):
        split_variant(text)
    assert architecture_name(text) == "resnet18"


def test_no_torch_is_imported() -> None:
    code = "import sys, models.networks.variant_name, app.jobs.variants; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
