"""Checks of image files: in order, and without an exception whatever the bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.images.check import check_images
from tests.models.images.noise_pictures import noise_jpeg, picture


def test_checks_are_in_order_and_progress_counts(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(9)]
    for i, path in enumerate(paths):
        picture(10 + i, 10, i).save(path)
    seen: list[tuple[int, int]] = []
    checks = check_images(paths, workers=3, progress=lambda done, total: seen.append((done, total)))
    assert [check.width_px for check in checks] == list(range(10, 19))
    assert seen == [(i, 9) for i in range(1, 10)]
    assert all(check.problem is None for check in checks)


@given(st.binary(max_size=60), st.integers(0, 800))
def test_a_damaged_file_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int
) -> None:
    path = tmp_path_factory.mktemp("junk") / "x.jpg"
    data = bytearray(noise_jpeg())
    data[at : at + len(junk)] = junk
    path.write_bytes(bytes(data))
    assert len(check_images([path])) == 1
