"""One array in one .npy file, whole or absent, with a checksum behind it that numpy's own reader does not mind."""

import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ErrataError
from models.files.atomic import atomic
from models.files.npz import Like, read_single

_MARK = b"crc32 "  # then eight hex digits, over all bytes before the mark
_LENGTH = len(_MARK) + 8


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array as .npy, with its checksum.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    with atomic(path) as temporary:
        with temporary.open("wb") as file:
            np.save(file, array, allow_pickle=False)
        with temporary.open("r+b") as file:
            checksum = zlib.crc32(file.read())
            file.write(_MARK + f"{checksum:08x}".encode())


def read_array(path: Path, like: Like, advice: str) -> npt.NDArray[Any]:
    """Return the array of an .npy file; one of an earlier Errata has no checksum.

    Args:
        path: the file.
        like: what the array must be.
        advice: what to do where it is not.

    Raises:
        ErrataError: the file is missing or damaged, or the array is of another kind or shape.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {os.strerror(error.errno or 0)}; {advice}") from error
    whole, mark = content[:-_LENGTH], content[-_LENGTH:]
    if not mark.startswith(_MARK):
        whole = content
    elif mark[len(_MARK) :] != f"{zlib.crc32(whole):08x}".encode():
        raise ErrataError(f"{path} is damaged (its checksum is another one); {advice}")
    return read_single(path, whole, like, advice)
