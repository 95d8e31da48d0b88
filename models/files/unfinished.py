"""What is written under a hidden name before it is renamed: held by a lock, so that a dead process's is told apart."""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.files.locks import try_lock

_HIDDEN = re.compile(r"\..+-[0-9a-f]{8}\.part(\..*)?")  # no name that people give by chance


@contextmanager
def unfinished_file(path: Path) -> Iterator[Path]:
    """Yield an empty file beside `path`, hidden, with its suffix; what still has that name at the end is removed.

    Raises:
        OSError: it cannot be made.
    """

    def make(name: Path) -> int:
        return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)

    hidden, descriptor = _held(path.parent, path.stem, path.suffix, make)
    try:
        yield hidden
    finally:
        hidden.unlink(missing_ok=True)
        os.close(descriptor)  # lets go of the lock, as the end of the process would


@contextmanager
def unfinished_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`, hidden; what still has that name at the end is removed.

    Raises:
        OSError: it cannot be made.
    """

    def make(name: Path) -> int:
        name.mkdir(mode=0o700)
        return os.open(name, os.O_RDONLY)

    hidden, descriptor = _held(path.parent, path.name, "", make)
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        os.close(descriptor)


def sweep(folder: Path, name: str = "", *, dry_run: bool = False) -> list[Path]:
    """Remove what killed processes left unfinished in a folder; what a living one writes is left alone.

    Args:
        folder: not searched below.
        name: only what was to become this file (without its suffix) or folder; all by default.
        dry_run: only say what would be removed.

    Returns:
        what was removed; nothing where the file system has no locks, since nobody can tell there.
    """
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        path
        for path in found
        if _HIDDEN.fullmatch(path.name) and path.name.startswith(f".{name}-" if name else ".") and _swept(path, dry_run)
    ]


def _held(folder: Path, stem: str, suffix: str, make: Callable[[Path], int]) -> tuple[Path, int]:
    """Make something under a hidden name and lock it; return the name and the descriptor that holds the lock."""
    while True:
        hidden = folder / f".{stem}-{secrets.token_hex(4)}.part{suffix}"
        try:
            descriptor = make(hidden)
        except FileExistsError:
            continue
        except FileNotFoundError:
            if not folder.is_dir():
                raise
            continue  # swept between its making and its opening
        if _lock(descriptor) is not False and _is(descriptor, hidden):
            return hidden, descriptor
        os.close(descriptor)  # swept before it was locked


def _lock(descriptor: int) -> bool | None:
    """Return whether the lock could be had, None where there are no locks."""
    try:
        return try_lock(descriptor)
    except OSError:
        return None


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _swept(path: Path, dry_run: bool) -> bool:
    """Remove the path unless somebody holds it; the lock is kept meanwhile, so that nobody begins to."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if not _lock(descriptor):
            return False
        if not dry_run:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)
