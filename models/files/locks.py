"""Locks on files between processes; the system releases them when their process ends."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models.errors import ErrataError

_POLL_S = 0.001  # a writer of the decision log holds its lock for milliseconds


def try_lock(file: IO[bytes] | IO[str] | int, *, shared: bool = False) -> bool:
    """Take the lock if it is free and return whether it was; closing the file releases it.

    Args:
        file: open, or its descriptor.
        shared: allow other shared locks beside this one.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(file: IO[bytes] | int, path: Path, patience_s: float, *, shared: bool = False) -> None:
    """Take the lock as soon as it can be had.

    Args:
        file: open, or its descriptor.
        path: its name, for the message.
        patience_s: how long to wait.
        shared: as in `try_lock`.

    Raises:
        ErrataError: another process holds it for longer.
        OSError: the file system has no locks.
    """
    deadline = time.monotonic() + patience_s
    while not try_lock(file, shared=shared):
        if time.monotonic() > deadline:
            raise ErrataError(f"another Errata process has held {path} for {patience_s:g} s; end it and try again")
        time.sleep(_POLL_S)


@contextmanager
def locked(path: Path, patience_s: float) -> Iterator[None]:
    """Hold an exclusive lock on the file, made if it is not there.

    Raises:
        ErrataError: another process holds it for longer than `patience_s`, or the file cannot be opened.
    """
    try:
        file = path.open("ab")
    except OSError as error:
        raise ErrataError(f"cannot open {path}: {error.strerror}; choose an ERRATA_HOME you own") from error
    with file:
        wait_for_lock(file, path, patience_s)
        yield
