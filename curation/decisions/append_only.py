"""A file of lines that several processes append to: a line is on the disk or not there, and a torn line is mended."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ErrataError
from models.files.locks import wait_for_lock

PATIENCE_S = 10.0  # for the lock, which a writer holds for milliseconds
_log = logging.getLogger(__name__)


@contextmanager
def appending(path: Path, is_whole: Callable[[bytes], bool]) -> Iterator[int]:
    """Hold the lock on the file and yield its descriptor; a last line that a crash tore is mended first.

    Args:
        path: made with its folder where it is not there.
        is_whole: tells whether a last line without line end lacks nothing else. Then it gets its line end; else it is
            moved to the file with the suffix `.torn`, and a warning is logged.

    Raises:
        ErrataError: the file cannot be written, or another process does not let go of it.
    """
    try:
        descriptor = _open_locked(path)
    except OSError as error:
        raise ErrataError(f"cannot write {path}: {error.strerror}; choose an ERRATA_HOME that you own") from error
    try:
        _mend(path, descriptor, is_whole)
        yield descriptor
    except OSError as error:
        raise ErrataError(f"cannot write {path}: {error.strerror}; nothing was decided: free some space") from error
    finally:
        os.close(descriptor)  # lets go of the lock, as the end of the process would


def append_bytes(descriptor: int, data: bytes) -> None:
    """Append whole lines; all of them are on the disk when this returns, and no line is in the file when it raises.

    Raises:
        OSError: the disk is full or fails.
    """
    size = os.fstat(descriptor).st_size
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def bytes_from(descriptor: int, offset: int) -> bytes:
    """Return what the file holds after an offset; nothing where it is shorter."""
    parts = []
    while part := os.pread(descriptor, 1 << 24, offset):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def read_bytes(path: Path, offset: int = 0) -> bytes:
    """Return what the file holds after an offset, while nobody writes; nothing where there is no file.

    Raises:
        ErrataError: it cannot be read, or another process does not let go of it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    try:
        wait_for_lock(
            descriptor, path, PATIENCE_S, shared=True
        )  # or half of a line that is being written would look torn
        return bytes_from(descriptor, offset)
    except OSError as error:  # it is a folder, or the disk fails
        raise ErrataError(f"cannot read {path}: {error.strerror}; move it away if it is not a decision log") from error
    finally:
        os.close(descriptor)


def torn_file(path: Path) -> Path:
    """Return where the torn lines of a file are kept."""
    return path.with_suffix(".torn")


def _open_locked(path: Path) -> int:
    """Return a descriptor that holds the lock on the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            wait_for_lock(descriptor, path, PATIENCE_S)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                if os.fstat(descriptor).st_size == 0:
                    _sync_folder(path.parent)  # the name of a new file has to be on the disk too
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # moved away before it was locked


def _mend(path: Path, descriptor: int, is_whole: Callable[[bytes], bool]) -> None:
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    torn = bytes_from(descriptor, 0).rpartition(b"\n")[2]
    if is_whole(torn):
        append_bytes(descriptor, b"\n")
        return
    aside = os.open(torn_file(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        append_bytes(aside, torn + b"\n")
    finally:
        os.close(aside)
    _sync_folder(path.parent)
    os.ftruncate(descriptor, size - len(torn))
    os.fsync(descriptor)
    _log.warning("the last line of %s was torn by a crash; it is kept in %s", path, torn_file(path))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
