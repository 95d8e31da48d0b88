"""Rows of large embeddings in another order, without holding all of them."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from models.figures.taken_rows import taken_rows


def test_all_rows_in_order_are_the_array_itself() -> None:
    embeddings = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert taken_rows(embeddings, np.arange(4)) is embeddings
    assert taken_rows(embeddings, np.array([2, 0])).tolist() == [[6, 7, 8], [0, 1, 2]]
    assert taken_rows(embeddings, np.arange(0)).shape == (0, 3)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32])
def test_numbers_of_other_kinds_become_float32(dtype: type) -> None:
    taken = taken_rows(np.arange(6).reshape(3, 2).astype(dtype), np.arange(3))
    assert taken.dtype == np.float32
    assert taken.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_large_copy_lies_in_a_file_and_none_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.files.scratch._HELD", 1000)
    n, width = 100_000, 100
    np.save(tmp_path / "all.npy", np.arange(n * width, dtype=np.float32).reshape(n, width))
    order = np.random.default_rng(0).permutation(n)
    tracemalloc.start()
    taken = taken_rows(np.load(tmp_path / "all.npy", mmap_mode="r"), order, tmp_path / "scratch")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * n * width / 2  # which are 40 MB
    np.testing.assert_array_equal(taken[:, 0], order * width)
    assert not list((tmp_path / "scratch").iterdir())
