"""Digests of arrays: the same whether they lie in memory or in a file, and as runs of before are named by."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from curation.images.keys import bytes_key


def test_arrays_are_told_by_type_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.processors.blocks.CELLS", 8)  # two rows at a time
    rows, names = np.arange(20, dtype=np.float32).reshape(5, 4), np.array(["a", "b"])
    expected = hashlib.sha256(b"float32" + rows.tobytes() + b"\0<U1" + names.tobytes()).hexdigest()
    np.save(tmp_path / "rows.npy", rows)
    in_file = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert bytes_key(rows, names) == expected
    assert bytes_key(in_file, names) == expected
    assert bytes_key(np.asfortranarray(rows), names) == expected
    assert bytes_key(in_file[:, :3]) == bytes_key(rows[:, :3].copy())
    assert len({bytes_key(rows), bytes_key(rows + 1), bytes_key(rows.astype(np.float16)), bytes_key(rows[:0])}) == 4
