"""Arrays on disk are handed to another process by file name, without their content."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Mapped:
    """A memory map that is opened where it is used; pickling it costs nothing."""

    path: Path
    offset: int  # bytes
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def open(self) -> npt.NDArray[Any]:
        """Return the array, read-only."""
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape)


@dataclass(frozen=True)
class Held:
    """An array in memory; pickling it copies it."""

    array: npt.NDArray[Any]

    def open(self) -> npt.NDArray[Any]:
        """Return the array."""
        return self.array


def by_name(array: npt.NDArray[Any]) -> Mapped | Held:
    """Return an array for another process: the file of a whole memory map, else the array itself."""
    if isinstance(array, np.memmap) and array.filename is not None and array.flags.c_contiguous:
        base = array.base
        if not isinstance(base, np.ndarray):  # a slice of a map has the map as its base, and another start
            return Mapped(Path(array.filename), array.offset, array.shape, array.dtype)
    return Held(array)
