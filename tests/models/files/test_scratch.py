"""Large arrays for a while: a file without a name, and a sentence where the disk is full."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from models.errors import ErrataError
from models.files.scratch import scratch_rows


def test_only_large_arrays_with_a_folder_are_in_a_file_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.files.scratch._HELD", 40)
    assert not isinstance(scratch_rows(5, 2, tmp_path), np.memmap)
    assert not isinstance(scratch_rows(50, 2, None), np.memmap)
    large = scratch_rows(50, 2, tmp_path / "new")
    assert isinstance(large, np.memmap)
    large[:] = 3
    assert (large.sum(), large.shape, large.dtype) == (300, (50, 2), np.float32)
    assert not list((tmp_path / "new").iterdir())


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.files.scratch._HELD", 40)
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(ErrataError, match=r"cannot keep .* No space left on device; free some space"):
        scratch_rows(50, 2, tmp_path)
