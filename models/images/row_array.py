"""One array with a row for each image, in a folder: its rows, which of them are written, and a checksum of each.

`sha256s.txt` has the rows' keys, whose digest is the folder's name; `rows.npy` the rows; `crc32s.npy` their checksums,
which arrays of an earlier Errata lack; `done.npy` which rows are written. A row is marked done only after it is on
disk, so a killed process loses the block it was at and nothing else.
"""

import logging
import os
import shutil
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.files.atomic import digest, write_text
from models.files.finite import all_finite
from models.files.npy import read_array
from models.files.npz import HEADER_ERRORS, Like
from models.files.unfinished import sweep, unfinished_folder

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

_DONE, _CHECKSUMS, _ROWS, _KEYS = "done.npy", "crc32s.npy", "rows.npy", "sha256s.txt"
_AGAIN = "it is thrown away and computed again"
_BLOCK = 1024  # rows that are looked at together
_MOMENT_NS = 10**8  # longer than a tick of the clock that files are stamped by
R = TypeVar("R")
_log = logging.getLogger(__name__)


class TooLargeError(ErrataError):
    """A value is finite, and not in the type of the array."""


@dataclass(frozen=True)
class RowArray:
    """The array in a folder."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, keys: Sequence[str], shape: tuple[int, ...], dtype: np.dtype) -> "RowArray":
        """Create the array in one step, so that it is whole or absent; an existing one is kept unless it is damaged.

        Args:
            folder: its name is the digest of the keys.
            keys: of the rows, length N.
            shape: of the array, N first.
            dtype: of the array.
        """
        array = cls(folder)
        if folder.is_dir() and array.is_whole(shape, dtype):
            return array
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent, folder.name)  # of earlier attempts that were killed
        with unfinished_folder(folder) as temporary:
            write_text(temporary / _KEYS, "".join(f"{key}\n" for key in keys))
            np.save(temporary / _DONE, np.zeros(shape[0], dtype=bool))
            np.save(temporary / _CHECKSUMS, np.zeros(shape[0], dtype=np.uint32))
            with (temporary / _ROWS).open("wb") as file:
                header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                file.truncate(file.tell() + int(np.prod(shape)) * dtype.itemsize)
            temporary.chmod(0o755)
            try:
                temporary.rename(folder)
            except OSError:
                if not folder.is_dir():  # or another process was first
                    raise
        return array

    def is_whole(self, shape: tuple[int, ...] | None = None, dtype: np.dtype | None = None) -> bool:
        """Return whether its files can be read; an array of which one cannot is removed, with a warning.

        Args:
            shape: that it must have; any by default.
            dtype: that it must have; any by default.

        Raises:
            ErrataError: a file cannot be read now, as without permission; it may be whole.
        """
        try:
            rows, n = self.rows(), len(self.keys())
            if shape is not None and (rows.shape, rows.dtype) != (shape, dtype):
                raise ErrataError(f"{self.folder / _ROWS} has shape {rows.shape} of {rows.dtype}")
            if {len(rows), len(self.done()), n} != {n} or len(self._checksums(n)) != n:
                raise ErrataError(f"{self.folder} has arrays of different lengths")
        except (OSError, ErrataError, *HEADER_ERRORS) as error:
            cause = error.__cause__ or error
            if isinstance(cause, FileNotFoundError) and not self.folder.is_dir():
                return False
            if isinstance(cause, (OSError, MemoryError)) and not isinstance(cause, FileNotFoundError):
                why = getattr(cause, "strerror", None) or "not enough memory"  # the files are whole, perhaps, and dear
                raise ErrataError(f"cannot read {self.folder}: {why}; run the command again") from error
            _log.warning("%s is damaged (%s); %s", self.folder, str(error).partition(";")[0], _AGAIN)
            shutil.rmtree(self.folder, ignore_errors=True)
            return False
        return True

    def keys(self) -> list[str]:
        """Return the keys of its rows, length N."""
        if not _remembered(_is_named, self.folder, _KEYS):
            raise ErrataError(f"{self.folder / _KEYS} lists other images")
        return _read_keys(self.folder)

    def rows(self) -> np.memmap:
        """Return its rows, memory-mapped read-only; rows that are not done are anything."""
        rows = np.load(self.folder / _ROWS, mmap_mode="r")
        assert isinstance(rows, np.memmap)  # noqa: S101 (tells mypy what mmap_mode returns)
        return rows

    def done(self) -> BoolArray:
        """Return which rows are written, shape (N,)."""
        return read_array(self.folder / _DONE, Like("flags", ("N",)), _AGAIN)

    def sound(self, positions: IntArray) -> BoolArray:
        """Return which of the rows at these positions are as they were written: checksum, and no NaN or infinity."""
        return _sound(self.folder, positions)

    def drop_damaged(self) -> bool:
        """Mark the written rows that are damaged as not done, with a warning; return whether all N rows are fine."""
        done = self.done()
        damaged: IntArray = np.empty(0, np.int64)
        if done.any():
            damaged = _remembered(_damaged, self.folder, _ROWS, _DONE, _CHECKSUMS)
        if len(damaged):
            of = f"{len(damaged):,} of {len(done):,} rows"
            _log.warning("%s of %s are damaged; they are computed again", of, self.folder / _ROWS)
            self._mark(damaged, b"\0", len(done))
        return bool(done.all()) and not len(damaged)

    def write(self, positions: IntArray, rows: npt.NDArray[np.generic]) -> None:
        """Write rows, make sure they are on disk, note their checksums, then mark them done.

        Through the file and not through a memory map: on a full disk a write raises, but a map kills the process.

        Raises:
            ErrataError: a row holds NaN or infinity.
            TooLargeError: a value is too large for the type of the array.
        """
        target = self.rows()
        size = target.dtype.itemsize * int(np.prod(target.shape[1:]))
        if not all_finite(rows):
            raise ErrataError(
                f"what was computed for {self.folder.parent.name} holds NaN or infinity; try another --engine"
            )
        with np.errstate(over="ignore"):
            kept = np.ascontiguousarray(rows, dtype=target.dtype)
        if not all_finite(kept):
            raise TooLargeError(f"a feature of {np.abs(rows).max():,.0f} is too large for {target.dtype}")
        contents = [row.tobytes() for row in kept]
        with (self.folder / _ROWS).open("r+b") as file:
            for position, content in zip(positions, contents, strict=True):
                file.seek(target.offset + int(position) * size)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if (self.folder / _CHECKSUMS).exists():
            checksums = np.array([zlib.crc32(content) for content in contents], np.uint32)
            self._put(_CHECKSUMS, positions, [checksum.tobytes() for checksum in checksums], len(target))
        self._mark(positions, b"\1", len(target))

    def _mark(self, positions: IntArray, flag: bytes, n: int) -> None:
        self._put(_DONE, positions, [flag] * len(positions), n)

    def _put(self, name: str, positions: IntArray, values: list[bytes], n: int) -> None:
        """Write values of one size into an .npy file of n of them."""
        size = len(values[0]) if values else 0
        with (self.folder / name).open("r+b") as file:
            start = (self.folder / name).stat().st_size - n * size
            for position, value in zip(positions, values, strict=True):
                file.seek(start + int(position) * size)
                file.write(value)

    def _checksums(self, n: int) -> npt.NDArray[np.uint32]:
        """Return the checksums of the n rows; nothing of use where an earlier Errata wrote none."""
        path = self.folder / _CHECKSUMS
        return read_array(path, Like("whole", ("N",)), _AGAIN) if path.exists() else np.zeros(n, np.uint32)


def _remembered(look: "_lru_cache_wrapper[R]", folder: Path, *names: str) -> R:
    """Return what looking at some files of a folder says; it is looked once as long as they stay as they are.

    The system's clock may not tell the next change of files that were changed a moment ago: nothing is remembered then.
    """
    stats = [(folder / name).stat() for name in names if (folder / name).exists()]
    stamp = tuple(number for stat in stats for number in (stat.st_ino, stat.st_mtime_ns, stat.st_size))
    fresh = any(time.time_ns() - stat.st_mtime_ns < _MOMENT_NS for stat in stats)
    return look.__wrapped__(folder, stamp) if fresh else look(folder, stamp)


@lru_cache(maxsize=64)
def _is_named(folder: Path, stamp: tuple[int, ...]) -> bool:
    """Return whether a folder's name is the digest of the keys in it."""
    return digest(_read_keys(folder)) == folder.name


@lru_cache(maxsize=64)
def _damaged(folder: Path, stamp: tuple[int, ...]) -> IntArray:
    """Return the positions of the rows that are written and not sound."""
    written = np.flatnonzero(RowArray(folder).done())
    return written[~_sound(folder, written)]


def _read_keys(folder: Path) -> list[str]:
    return (folder / _KEYS).read_text(encoding="utf-8").split()


def _sound(folder: Path, positions: IntArray) -> BoolArray:
    array, path = RowArray(folder), folder / _CHECKSUMS
    sound, rows = np.ones(len(positions), bool), array.rows()
    checksums = array._checksums(len(rows)) if path.exists() else None
    with (folder / _ROWS).open("rb") as file:
        for start in range(0, len(positions), _BLOCK):
            part = positions[start : start + _BLOCK]
            block = _block(file, rows, part)
            if checksums is not None:
                known = np.fromiter(map(zlib.crc32, block), np.uint32, len(part))
                sound[start : start + _BLOCK] = known == checksums[part]
            elif not all_finite(block):
                sound[start : start + _BLOCK] = np.isfinite(block).reshape(len(part), -1).all(1)
    return sound


def _block(file: IO[bytes], rows: np.memmap, part: IntArray) -> npt.NDArray[np.generic]:
    """Return some rows; neighbours are read, since pages of a map count as memory of the process."""
    if not (np.diff(part) == 1).all():
        return np.ascontiguousarray(rows[part])
    size = rows.dtype.itemsize * int(np.prod(rows.shape[1:]))
    file.seek(rows.offset + int(part[0]) * size)
    return np.frombuffer(file.read(len(part) * size), rows.dtype).reshape(len(part), *rows.shape[1:])
