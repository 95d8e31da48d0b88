"""Augmented views: by content, seed and view, rows by image and view, and their features, computed once."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.arrays import ByteArray, FloatArray
from models.errors import ErrataError
from models.features.extract import extract_features
from models.features.views import augmented_view, extract_views, view_rows
from models.images.decode import read_pixels
from models.images.input_spec import InputSpec, Interpolation
from tests.models.features.small_backbones import SPEC, Files, deep, net

HALF = 2**-10  # of a number: float16 may round two that hardly differ to neighbours
IMAGE = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def test_a_view_is_the_same_every_time_and_another_for_other_content_seed_or_number() -> None:
    kept = IMAGE.copy()
    first = augmented_view(IMAGE, "abc", "flip-crop", 0, 1)
    assert np.array_equal(first, augmented_view(IMAGE, "abc", "flip-crop", 0, 1))
    assert first.shape == IMAGE.shape
    assert first.dtype == np.uint8
    for sha256, seed, view in (("abd", 0, 1), ("abc", 1, 1), ("abc", 0, 2)):
        assert not np.array_equal(first, augmented_view(IMAGE, sha256, "flip-crop", seed, view))
    assert np.array_equal(IMAGE, kept)


def test_rows_are_ordered_by_image_then_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of one value v; the backbone returns [v, 1], the plain features are [v, 0]."""
    monkeypatch.setattr(
        "models.features.views.read_pixels", lambda path, *_: np.full((8, 8, 3), int(path.name), np.uint8)
    )
    sizes: list[int] = []

    def run(pixels: ByteArray) -> FloatArray:
        sizes.append(len(pixels))
        return np.array([[image[0, 0, 0], 1] for image in pixels], np.float32)

    values = [10, 20, 30]
    plain = np.array([[value, 0] for value in values], np.float32)
    paths, sha256s = [Path(str(value)) for value in values], ["a", "b", "c"]
    work = view_rows(run, plain, paths, sha256s, InputSpec(8, (0, 0, 0), (1, 1, 1)), "flip-crop", 3, 0)
    assert work(np.array([0, 1, 2, 3, 7])).tolist() == [[10, 0], [10, 1], [10, 1], [20, 0], [30, 1]]
    assert work(np.array([0, 6])).tolist() == [[10, 0], [30, 0]]
    assert sizes == [3]  # plain rows are copied


def views(files: Files, folder: Path, n_views: int, seed: int = 0, module: nn.Module | None = None) -> FloatArray:
    return extract_views("net", module or net(), SPEC, *files, folder, "auto", "flip-crop", n_views, seed)


def test_views_are_features_of_augmented_images(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    features = views(files, tmp_path / "f", 3)
    assert features.shape == (3, 30, 7)
    assert isinstance(features, np.memmap)
    assert np.array_equal(features[0], extract_features("net", net(), SPEC, *files, tmp_path / "f"))
    for i, view in ((0, 1), (17, 2)):
        pixels = np.array(read_pixels(paths[i], 16))
        changed = augmented_view(pixels, sha256s[i], "flip-crop", 0, view)
        assert not np.array_equal(changed, pixels)
        images = torch.from_numpy(changed.transpose(2, 0, 1)[None]).float() / 127.5 - 1
        with torch.inference_mode():
            np.testing.assert_allclose(features[view, i], net()(images)[0].numpy(), HALF, 1e-5)


def test_views_do_not_depend_on_the_other_images(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    features = views(files, tmp_path / "f", 2)
    few = views((paths[7:2:-1], sha256s[7:2:-1]), tmp_path / "g", 2)
    np.testing.assert_allclose(few, features[:, 7:2:-1], HALF)
    assert not np.allclose(views(files, tmp_path / "f", 2, seed=1)[1], features[1], atol=1e-4)


def test_views_once_computed_are_kept(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    first = views(files, tmp_path / "f", 2)
    read: list[Path] = []

    def noted(path: Path, size_px: int, interpolation: Interpolation, content: str) -> ByteArray:
        read.append(path)
        return read_pixels(path, size_px, interpolation, content)

    monkeypatch.setattr("models.features.views.read_pixels", noted)
    more = views(files, tmp_path / "f", 3)
    assert len(read) == 30  # the third view only
    assert np.array_equal(more[:2], first)
    monkeypatch.setattr("models.features.views.build_engine", None)
    assert np.array_equal(views(files, tmp_path / "f", 3), more)


def test_views_after_a_stop_are_the_same(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = views(files, tmp_path / "f", 3)

    def stopped(path: Path, size_px: int, interpolation: Interpolation, content: str) -> ByteArray:
        if path.name == "25.png":
            raise ErrataError("stopped")
        return read_pixels(path, size_px, interpolation, content)

    with monkeypatch.context() as patch:
        patch.setattr("models.features.views.read_pixels", stopped)
        with pytest.raises(ErrataError, match="stopped"):
            views(files, tmp_path / "g", 3)
    np.testing.assert_allclose(views(files, tmp_path / "g", 3), whole, HALF)


@pytest.mark.usefixtures("bfloat16")
def test_views_have_the_precision_of_the_plain_features(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.features.checked_engine.LOWEST_COSINE", 0.99999999)
    fallen = views(files, tmp_path / "f", 2, module=deep())
    exact = extract_views("net", deep(), SPEC, *files, tmp_path / "e", "eager", "flip-crop", 2, 0)
    np.testing.assert_allclose(fallen, exact, HALF, 1e-5)
    monkeypatch.setattr("models.features.checked_engine.LOWEST_COSINE", 0.999)
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
