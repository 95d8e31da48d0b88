"""Features are computed once per content, in any order, and the same after a stop."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from models import features
from models.arrays import ByteArray
from models.errors import ErrataError
from models.features import extract_features
from models.images import InputSpec, Interpolation, read_pixels

SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


@pytest.fixture
def files(tmp_path: Path) -> tuple[list[Path], list[str]]:
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{i}.png" for i in range(30)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return paths, [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_values_order_and_record(tmp_path: Path, files: tuple[list[Path], list[str]]) -> None:
    paths, sha256s = files
    seen: list[tuple[int, int]] = []
    threads = torch.get_num_threads()
    found = extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f", "eager", lambda *at: seen.append(at))
    pixels = np.stack([np.asarray(Image.open(path)) for path in paths]).transpose(0, 3, 1, 2) / 127.5 - 1
    with torch.inference_mode():
        np.testing.assert_allclose(found, net()(torch.from_numpy(pixels).float()).numpy(), atol=1e-5)
    assert seen[-1] == (30, 30)
    assert torch.get_num_threads() == threads
    (meta,) = (tmp_path / "f").glob("net-*/meta.json")
    (entry,) = json.loads(meta.read_text())["computed"]
    assert entry["engine"] == "eager"
    assert entry["images"] == 30


def test_a_second_call_computes_nothing(
    tmp_path: Path, files: tuple[list[Path], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extract_features("net", net(), SPEC, *files, tmp_path / "f")
    monkeypatch.setattr(features, "build_engine", None)
    assert np.array_equal(extract_features("net", net(), SPEC, *files, tmp_path / "f"), first)


def test_a_grown_data_set_decodes_only_what_is_new(
    tmp_path: Path, files: tuple[list[Path], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, sha256s = files
    extract_features("net", net(), SPEC, paths[:20], sha256s[:20], tmp_path / "f")
    read: list[Path] = []

    def noted(path: Path, size_px: int, interpolation: Interpolation) -> ByteArray:
        read.append(path)
        return read_pixels(path, size_px, interpolation)

    monkeypatch.setattr(features, "read_pixels", noted)
    grown = extract_features("net", net(), SPEC, paths[::-1], sha256s[::-1], tmp_path / "f")
    assert sorted(read) == sorted(paths[20:])
    fresh = extract_features("net", net(), SPEC, paths[::-1], sha256s[::-1], tmp_path / "g")
    np.testing.assert_allclose(grown, fresh, atol=1e-6)


def test_the_same_answer_after_a_stop(tmp_path: Path, files: tuple[list[Path], list[str]]) -> None:
    paths, sha256s = files
    whole = extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f")
    hidden = paths[25].rename(tmp_path / "hidden.png")
    with pytest.raises(ErrataError, match=r"25\.png"):
        extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g")
    hidden.rename(paths[25])
    assert np.array_equal(extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g"), whole)


def test_bad_arguments(tmp_path: Path, files: tuple[list[Path], list[str]]) -> None:
    with pytest.raises(ErrataError, match="no images"):
        extract_features("net", net(), SPEC, [], [], tmp_path)
    with pytest.raises(ErrataError, match="is no name"):
        extract_features("../net", net(), SPEC, *files, tmp_path)
    with pytest.raises(ErrataError, match="no engine 'fast'"):
        extract_features("net", net(), SPEC, *files, tmp_path, engine="fast")
