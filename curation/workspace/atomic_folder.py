"""Folders that are whole or absent: filled under a temporary name, then renamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ErrataError
from models.files.unfinished import sweep, unfinished_folder


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`; rename it to `folder` if the block ends without an exception.

    Raises:
        ErrataError: `folder` is there already and not empty, cannot be written, or the disk is full.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ErrataError(f"{folder} is there already and not empty; delete it first or name another folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent, folder.name)  # of earlier attempts that were killed
        with unfinished_folder(folder) as temporary:
            yield temporary
            temporary.chmod(0o755)
            temporary.replace(folder)
    except OSError as error:
        raise ErrataError(
            f"cannot write {folder}: {error.strerror or error}; free some space or name another folder"
        ) from error
