"""Temporary files and folders, locked while they are written, so that leftovers of dead processes can be found."""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.files.locks import try_lock

_HIDDEN = re.compile(r"\..+-[0-9a-f]{8}\.part(\..*)?")  # people do not give such names by chance


@contextmanager
def unfinished_file(path: Path) -> Iterator[Path]:
    """Yield an empty hidden file beside `path`, with its suffix; it is removed at the end unless it was renamed.

    Raises:
        OSError: it cannot be created.
    """

    def make(name: Path) -> int:
        return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)

    with _held(path.parent, path.stem, path.suffix, make, lambda name: name.unlink(missing_ok=True)) as hidden:
        yield hidden


@contextmanager
def unfinished_folder(path: Path) -> Iterator[Path]:
    """Yield an empty hidden folder beside `path`; it is removed at the end unless it was renamed.

    Raises:
        OSError: it cannot be created.
    """

    def make(name: Path) -> int:
        name.mkdir(mode=0o700)
        return os.open(name, os.O_RDONLY)

    with _held(path.parent, path.name, "", make, lambda name: shutil.rmtree(name, ignore_errors=True)) as hidden:
        yield hidden


def sweep(folder: Path, name: str = "", *, dry_run: bool = False) -> list[Path]:
    """Remove the temporary files and folders that killed processes left in a folder; those in use are left alone.

    Args:
        folder: its subfolders are not searched.
        name: only for this file (without its suffix) or folder; all by default.
        dry_run: return what would be removed, and remove nothing.

    Returns:
        what was removed; nothing where the file system has no locks: it cannot be known there what is in use.
    """
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        path
        for path in paths
        if _HIDDEN.fullmatch(path.name) and path.name.startswith(f".{name}-" if name else ".") and _swept(path, dry_run)
    ]


@contextmanager
def _held(
    folder: Path, stem: str, suffix: str, make: Callable[[Path], int], remove: Callable[[Path], None]
) -> Iterator[Path]:
    """Create a file or folder under a hidden name and lock it; yield the name, and remove what is there at the end.

    The name is chosen before anything is created, so that an interrupt right after the creation leaves nothing either.
    """
    while True:
        hidden = folder / f".{stem}-{secrets.token_hex(4)}.part{suffix}"
        descriptor, created = None, True
        try:
            descriptor = _create(make, hidden)
            created = descriptor is not None
            if descriptor is not None and _lock(descriptor) is not False and _is(descriptor, hidden):
                yield hidden
                return
        finally:
            if created:
                remove(hidden)
            if descriptor is not None:
                os.close(descriptor)  # releases the lock, as the end of the process would


def _create(make: Callable[[Path], int], hidden: Path) -> int | None:
    """Return the descriptor; None where the name is taken, or was swept between its creation and its opening."""
    try:
        return make(hidden)
    except FileExistsError:
        return None
    except FileNotFoundError:
        if not hidden.parent.is_dir():
            raise
        return None


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
    """Remove the path unless its lock is held; take the lock meanwhile, so that no other process uses it."""
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
