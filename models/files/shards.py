"""Files of shards: each holds the rows of some images, and its name tells of which images, made how."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ErrataError
from models.files.atomic import digest
from models.files.npz import read_arrays, write_arrays


def shard_file(folder: Path, contents: Sequence[str]) -> Path:
    """Return the file of a shard.

    Args:
        folder: of shards that are all made the same way, which its name tells.
        contents: keys of the shard's images.
    """
    return folder / f"{digest(folder.parent.name, list(contents))}.npz"


def write_shard(file: Path, contents: Sequence[str], rows: npt.NDArray[Any]) -> None:
    """Write a shard, whole or not at all.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    write_arrays(file, contents=np.array(contents, np.str_), made=np.array(file.parent.parent.name), rows=rows)


def read_shard(file: Path, contents: Sequence[str]) -> npt.NDArray[Any] | None:
    """Return the rows of a shard; None where it is missing.

    A file that is truncated, or that holds other images or what was made otherwise, is removed: it is made again.
    """
    if not file.exists():
        return None
    with suppress(ErrataError, KeyError):
        arrays = read_arrays(file)
        same = arrays["contents"].tolist() == list(contents) and str(arrays["made"]) == file.parent.parent.name
        if same and len(arrays["rows"]) == len(contents):
            return arrays["rows"]
    file.unlink(missing_ok=True)
    return None
