"""Augmented views: by content, seed and view, and rows by image and view."""

from pathlib import Path

import numpy as np
import pytest

from models.arrays import ByteArray, FloatArray
from models.features.views import augmented_view, view_rows
from models.images.decode import InputSpec

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
