"""Rows of arrays a block at a time: every row once, as float32, from memory or a map of a file."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from models.processors.blocks import in_threads, read_rows, row_blocks


def test_blocks_hold_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.processors.blocks.CELLS", 12)
    assert row_blocks(7, 4) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert row_blocks(2, 100) == [slice(0, 1), slice(1, 2)]  # a row wider than a block is a block
    assert row_blocks(0, 4) == []
    assert row_blocks(3, 0) == [slice(0, 3)]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_rows_of_a_map_and_of_its_columns_are_float32_copies(tmp_path: Path, dtype: str) -> None:
    values = np.arange(24, dtype=dtype).reshape(6, 4)
    np.save(tmp_path / "rows.npy", values)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    for source in (values, mapped):
        for rows in (slice(1, 4), np.array([5, 0])):
            read = read_rows(source[:, :3], rows)
            assert read.dtype == np.float32
            np.testing.assert_array_equal(read, values[rows, :3])
            read[:] = 0  # a copy: the source stays
    np.testing.assert_array_equal(mapped, np.arange(24).reshape(6, 4))


def test_float16_is_read_without_loading_torch_and_with_it_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    halves = np.array([[1e-7, 65_504], [0.1, -3]], np.float16)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    without = read_rows(halves, slice(None))
    assert "torch" not in sys.modules
    monkeypatch.undo()
    importlib.import_module("torch")
    np.testing.assert_array_equal(read_rows(halves, slice(None)), without)


def test_what_is_written_to_a_map_stays_when_its_pages_are_given_back(tmp_path: Path) -> None:
    for mode in ("w+", "r+", "c"):
        mapped = np.memmap(tmp_path / "rows", np.float32, mode, shape=(4, 2))
        mapped[:] = 7
        read_rows(mapped, slice(0, 1))
        assert (mapped == 7).all()


def test_results_come_in_the_order_of_the_blocks() -> None:
    assert list(in_threads(lambda rows: rows.start, [slice(3, 4), slice(1, 2), slice(2, 3)])) == [3, 1, 2]
