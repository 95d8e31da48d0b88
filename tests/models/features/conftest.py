"""Image files to compute features of, and a processor with bfloat16."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.models.features.small_backbones import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """30 images of noise, 16 pixels a side."""
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{i}.png" for i in range(30)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return paths, [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that multiplies in bfloat16 (emulated where it does not)."""
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: True)
    monkeypatch.setattr("models.features.backbone.choose_engine", lambda *_: "torch")
