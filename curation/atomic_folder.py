"""Folders that are whole or absent: filled under a temporary name, then renamed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ErrataError


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`; rename it to `folder` if the block ends without an exception.

    Raises:
        ErrataError: `folder` is there already and not empty, cannot be written, or the disk is full.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ErrataError(f"{folder} is there already and not empty; delete it first or name another folder")
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        yield temporary
        temporary.chmod(0o755)
        temporary.replace(folder)
    except OSError as error:
        raise ErrataError(
            f"cannot write {folder}: {error.strerror or error}; free some space or name another folder"
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
