"""Memory maps of files: pages that were read count as memory of the process until they are given back."""

import mmap
from typing import Any

import numpy as np
import numpy.typing as npt


def give_back(array: npt.NDArray[Any]) -> None:
    """Let the system have the pages of the map that an array shows; nothing for other arrays. No value changes."""
    if (mapped := map_behind(array)) is not None:
        mapped.madvise(mmap.MADV_DONTNEED)


def map_behind(array: npt.NDArray[Any]) -> mmap.mmap | None:
    """Return the map of a file that an array shows, if nothing is lost by dropping its pages."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.mode == "c":
            return None
        base = base.base
    return base if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") else None
