"""Small pictures of equal size in a file without a name: they are read back where needed, and memory is not full."""

import os
import tempfile
from types import TracebackType

import numpy as np

from models.arrays import ByteArray, IntArray
from models.errors import ErrataError


class PictureFile:
    """Grey pictures, uint8, that are appended and read by number; threads may read at once. It ends with its block."""

    def __init__(self, shape: tuple[int, int]):
        """Start empty, with pictures of this shape."""
        self._shape, self._bytes = shape, shape[0] * shape[1]
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed by __exit__)

    def append(self, pictures: ByteArray) -> None:
        """Write pictures, shape (P, *shape), behind those that are there.

        Raises:
            ErrataError: the disk is full.
        """
        left = pictures.tobytes()
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise ErrataError(
                f"cannot keep small pictures in {tempfile.gettempdir()}: {error.strerror}; free some space there, or "
                "set TMPDIR to a folder that has it"
            ) from error

    def __getitem__(self, rows: IntArray) -> ByteArray:
        """Return pictures by their numbers, shape (R, *shape)."""
        there, place = np.unique(rows, return_inverse=True)
        read = [os.pread(self._file.fileno(), self._bytes, row * self._bytes) for row in there.tolist()]
        return np.frombuffer(b"".join(read), np.uint8).reshape(-1, *self._shape)[place]

    def __enter__(self) -> "PictureFile":
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the file."""
        self._file.close()
