"""Several arrays in one .npz file, whole or absent; nothing is unpickled."""

import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ErrataError
from models.files.atomic import atomic


def write_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Write the arrays under their names.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_arrays(path: Path, only: Collection[str] = ()) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an .npz file by name.

    Args:
        path: the file.
        only: names of the arrays to read, where the file has them; all by default.

    Raises:
        ErrataError: the file is missing, damaged, no .npz, or holds Python objects.
    """
    try:
        with path.open("rb") as stream:  # ours to close: numpy leaves it open where the file is damaged
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ErrataError(f"{path} holds a single array without a name; write it with numpy.savez")
            return {name: _array(path, file, name) for name in file.files if not only or name in only}
    except OSError as error:
        raise ErrataError(
            f"cannot read {path}: {error.strerror or error}; check the path and its permissions"
        ) from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        # numpy's own message for anything but arrays advises to unpickle it
        reason = "it holds something other than arrays" if "pickle" in str(error) else str(error)
        raise ErrataError(f"{path} is damaged or no .npz of plain arrays ({reason}); write it again") from error


def _array(path: Path, file: Any, name: str) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = file[name]
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        raise ErrataError(
            f"{path} is damaged or no .npz of plain arrays: {name} holds Python objects, which are not opened; "
            f"write it as an array of text or numbers, as {name}.astype(str) or .astype(float)"
        ) from error
    return array
