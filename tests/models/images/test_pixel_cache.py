"""Images are decoded once."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ErrataError
from models.images.check import check_images
from models.images.decode import read_pixels
from models.images.pixel_cache import pixel_cache
from tests.models.images.noise_pictures import picture


def test_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(70)]
    for i, path in enumerate(paths):
        picture(10, 10, i).save(path)
    sha256s = [check.sha256 for check in check_images(paths)]
    first = pixel_cache(paths, sha256s, 8, "bicubic", tmp_path / "cache")
    assert first.shape == (70, 8, 8, 3)
    assert np.array_equal(first[69], read_pixels(paths[69], 8))
    monkeypatch.setattr("models.images.pixel_cache.read_pixels", None)  # whatever is decoded now fails
    assert np.array_equal(pixel_cache(paths, sha256s, 8, "bicubic", tmp_path / "cache"), first)
    part = pixel_cache(paths[5:9], sha256s[5:9], 8, "bicubic", tmp_path / "cache")
    assert np.array_equal(part, first[5:9])


def test_only_what_was_checked_is_kept(tmp_path: Path) -> None:
    path, data = tmp_path / "a.png", []
    for seed in (0, 1):
        picture(10, 10, seed).save(path)
        data.append(path.read_bytes())
    sha256s = [check_images([path])[0].sha256]
    path.write_bytes(data[0])  # an image is exchanged while an audit goes on
    with pytest.raises(ErrataError, match=r"a\.png was changed after it was checked; .*run the same command again"):
        pixel_cache([path], sha256s, 8, "bicubic", tmp_path / "cache")
    path.write_bytes(data[1])
    kept = pixel_cache([path], sha256s, 8, "bicubic", tmp_path / "cache")
    assert np.array_equal(kept[0], read_pixels(path, 8))
