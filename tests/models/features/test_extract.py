"""Features are computed once per content, in any order, and the same after a stop."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from models.arrays import ByteArray, FloatArray
from models.errors import ErrataError
from models.features import extract as features
from models.features.backbone_stages import WithStages
from models.features.bfloat16 import LOWEST_COSINE, lowest_cosine
from models.features.extract import extract_features, extract_views
from models.features.views import augmented_view
from models.images.decode import InputSpec, Interpolation, read_pixels

Files = tuple[list[Path], list[str]]

SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{i}.png" for i in range(30)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return paths, [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_values_order_and_record(tmp_path: Path, files: Files) -> None:
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


def test_a_second_call_computes_nothing(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    first = extract_features("net", net(), SPEC, *files, tmp_path / "f")
    monkeypatch.setattr(features, "build_engine", None)
    assert np.array_equal(extract_features("net", net(), SPEC, *files, tmp_path / "f"), first)


def test_a_grown_data_set_decodes_only_what_is_new(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
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


def test_the_same_answer_after_a_stop(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    whole = extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f")
    hidden = paths[25].rename(tmp_path / "hidden.png")
    with pytest.raises(ErrataError, match=r"25\.png"):
        extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g")
    hidden.rename(paths[25])
    assert np.array_equal(extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g"), whole)


def deep() -> nn.Module:
    """A network with a layer that is computed in bfloat16 where the hardware has it."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers).eval()


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that multiplies in bfloat16 (here emulated)."""
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: True)
    monkeypatch.setattr("models.features.backbone.choose_engine", lambda *_: "torch")


def record(folder: Path) -> list[dict[str, Any]]:
    (meta,) = folder.glob("net-*/meta.json")
    entries: list[dict[str, Any]] = json.loads(meta.read_text())["computed"]
    return entries


@pytest.mark.usefixtures("bfloat16")
def test_bfloat16_that_is_good_enough_stays(tmp_path: Path, files: Files, caplog: pytest.LogCaptureFixture) -> None:
    exact = extract_features("net", deep(), SPEC, *files, tmp_path / "e", "eager")
    found = extract_features("net", deep(), SPEC, *files, tmp_path / "f")
    assert not np.allclose(found, exact, atol=1e-6)
    assert lowest_cosine(found, exact) >= LOWEST_COSINE
    (entry,) = record(tmp_path / "f")
    assert (entry["precision"], entry["checked_images"]) == ("bfloat16", 30)
    assert entry["lowest_cosine"] == pytest.approx(lowest_cosine(found, exact), abs=1e-6)
    assert not caplog.messages


@pytest.mark.usefixtures("bfloat16")
def test_bfloat16_that_is_not_good_enough_falls_back(
    tmp_path: Path, files: Files, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "LOWEST_COSINE", 0.99999999)
    exact = extract_features("net", deep(), SPEC, *files, tmp_path / "e", "eager")
    assert np.allclose(extract_features("net", deep(), SPEC, *files, tmp_path / "f"), exact, atol=1e-5)
    (entry,) = record(tmp_path / "f")
    assert entry["precision"] == "float32"
    assert entry["lowest_cosine"] < 0.99999999
    assert "computing in float32" in caplog.messages[0]
    monkeypatch.setattr(features, "build_engine", None)  # the second time it neither computes nor checks
    assert np.allclose(extract_features("net", deep(), SPEC, *files, tmp_path / "f"), exact, atol=1e-5)


@pytest.mark.usefixtures("bfloat16")
def test_the_embedding_is_checked_by_itself_beside_the_stages(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures of a stage that is exact would hide what the embedding lost."""
    looked: list[int] = []

    def cosine(found: FloatArray, exact: FloatArray) -> float:
        looked.append(found.shape[1])
        return lowest_cosine(found, exact)

    monkeypatch.setattr(features, "lowest_cosine", cosine)
    extract_features("net", WithStages(deep(), ["0"], SPEC.size_px), SPEC, *files, tmp_path / "f")
    assert looked == [32 + 2 * 16, 32]


@pytest.mark.usefixtures("bfloat16")
@pytest.mark.parametrize(("bar", "precise"), [(0.999, "bfloat16"), (0.99999999, "float32")])
def test_a_grown_data_set_goes_on_in_its_precision(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch, bar: float, precise: str
) -> None:
    paths, sha256s = files
    monkeypatch.setattr(features, "LOWEST_COSINE", bar)
    extract_features("net", deep(), SPEC, paths[:20], sha256s[:20], tmp_path / "f")
    monkeypatch.setattr(features, "lowest_cosine", None)  # no second check
    extract_features("net", deep(), SPEC, paths, sha256s, tmp_path / "f")
    assert [(entry["precision"], entry["images"]) for entry in record(tmp_path / "f")] == [(precise, 20), (precise, 10)]


def views(files: Files, folder: Path, n_views: int, seed: int = 0, module: nn.Module | None = None) -> FloatArray:
    return extract_views("net", module or net(), SPEC, *files, folder, "auto", "flip-crop", n_views, seed)


def test_views_are_features_of_augmented_images(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    found = views(files, tmp_path / "f", 3)
    assert found.shape == (3, 30, 7)
    assert isinstance(found, np.memmap)
    assert np.array_equal(found[0], extract_features("net", net(), SPEC, *files, tmp_path / "f"))
    for i, view in ((0, 1), (17, 2)):
        pixels = np.array(read_pixels(paths[i], 16))
        changed = augmented_view(pixels, sha256s[i], "flip-crop", 0, view)
        assert not np.array_equal(changed, pixels)
        images = torch.from_numpy(changed.transpose(2, 0, 1)[None]).float() / 127.5 - 1
        with torch.inference_mode():
            np.testing.assert_allclose(found[view, i], net()(images)[0].numpy(), atol=1e-5)


def test_views_do_not_depend_on_the_other_images(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    found = views(files, tmp_path / "f", 2)
    few = views((paths[7:2:-1], sha256s[7:2:-1]), tmp_path / "g", 2)
    np.testing.assert_allclose(few, found[:, 7:2:-1], atol=1e-6)
    assert not np.allclose(views(files, tmp_path / "f", 2, seed=1)[1], found[1], atol=1e-4)


def test_views_once_computed_are_kept(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    first = views(files, tmp_path / "f", 2)
    read: list[Path] = []

    def noted(path: Path, size_px: int, interpolation: Interpolation) -> ByteArray:
        read.append(path)
        return read_pixels(path, size_px, interpolation)

    monkeypatch.setattr("models.features.views.read_pixels", noted)
    more = views(files, tmp_path / "f", 3)
    assert len(read) == 30  # the third view only
    assert np.array_equal(more[:2], first)
    monkeypatch.setattr(features, "build_engine", None)
    assert np.array_equal(views(files, tmp_path / "f", 3), more)


def test_views_after_a_stop_are_the_same(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = views(files, tmp_path / "f", 3)

    def stopped(path: Path, size_px: int, interpolation: Interpolation) -> ByteArray:
        if path.name == "25.png":
            raise ErrataError("stopped")
        return read_pixels(path, size_px, interpolation)

    with monkeypatch.context() as patch:
        patch.setattr("models.features.views.read_pixels", stopped)
        with pytest.raises(ErrataError, match="stopped"):
            views(files, tmp_path / "g", 3)
    np.testing.assert_allclose(views(files, tmp_path / "g", 3), whole, atol=1e-6)


@pytest.mark.usefixtures("bfloat16")
def test_views_have_the_precision_of_the_plain_features(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "LOWEST_COSINE", 0.99999999)
    fallen = views(files, tmp_path / "f", 2, module=deep())
    exact = extract_views("net", deep(), SPEC, *files, tmp_path / "e", "eager", "flip-crop", 2, 0)
    np.testing.assert_allclose(fallen, exact, atol=1e-5)
    monkeypatch.setattr(features, "LOWEST_COSINE", 0.999)
    half = views(files, tmp_path / "g", 2, module=deep())
    assert not np.allclose(half[1], exact[1], atol=1e-6)


def test_views_tell_their_progress(tmp_path: Path, files: Files) -> None:
    seen: list[tuple[int, int]] = []
    tell = lambda *at: seen.append(at)  # noqa: E731
    extract_views("net", net(), SPEC, *files, tmp_path, "auto", "flip-crop", 2, 0, tell)
    assert seen == sorted(seen)
    assert seen[-1] == (90, 90)


def test_bad_views(tmp_path: Path, files: Files) -> None:
    with pytest.raises(ErrataError, match="did you mean 'flip-crop'"):
        extract_views("net", net(), SPEC, *files, tmp_path, "auto", "flipcrop", 2, 0)
    with pytest.raises(ErrataError, match="0 views"):
        views(files, tmp_path, 0)


def test_bad_arguments(tmp_path: Path, files: Files) -> None:
    with pytest.raises(ErrataError, match="no images"):
        extract_features("net", net(), SPEC, [], [], tmp_path)
    with pytest.raises(ErrataError, match="is no name"):
        extract_features("../net", net(), SPEC, *files, tmp_path)
    with pytest.raises(ErrataError, match="no engine 'fast'"):
        extract_features("net", net(), SPEC, *files, tmp_path, engine="fast")
