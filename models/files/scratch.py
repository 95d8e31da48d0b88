"""Large arrays that are needed for a while only: in memory, or in a file without a name that goes when they do."""

import os
import tempfile
from pathlib import Path

import numpy as np

from models.arrays import ByteArray, FloatArray
from models.errors import ErrataError

_HELD = 2**28  # bytes that are held in memory, at most


def scratch_rows(n: int, width: int, folder: Path | None) -> FloatArray:
    """Return an array to be filled, shape (n, width), float32; see `scratch_bytes`."""
    return scratch_bytes(4 * n * width, folder).view(np.float32).reshape(n, width)


def scratch_bytes(n: int, folder: Path | None) -> ByteArray:
    """Return an array to be filled, shape (n,), uint8.

    Args:
        n: bytes.
        folder: where a large array has its file; None: all are in memory.

    Raises:
        ErrataError: there is no room on the disk. It is reserved here: a memory map would kill the process later.
    """
    if folder is None or n <= _HELD:
        return np.empty(n, np.uint8)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, n)
            return np.memmap(file, np.uint8, "w+", shape=(n,))
    except OSError as error:
        raise ErrataError(
            f"cannot keep {n / 1e9:.1f} GB in {folder} for the time of the work: {error.strerror}; "
            "free some space or choose another ERRATA_HOME, then run the command again: it continues where it stopped"
        ) from error
