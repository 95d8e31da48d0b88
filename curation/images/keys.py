"""Digests of the inputs of a result: the listed files, the images' content, their labels and splits."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from models.files.atomic import digest
from models.processors.blocks import blocks_as_they_are


def listed_key(rows: Rows) -> str:
    """Return a digest of the listed files: names, labels, splits, merged classes, sizes, modification times."""
    stats = [path.stat() if path.exists() else None for path in rows.paths]
    files = np.array([(stat.st_size, stat.st_mtime_ns) if stat else (-1, -1) for stat in stats], np.int64)
    classes = [*rows.classes, *rows.merged]
    return digest(str(rows.root), classes, bytes_key(rows.image_ids, rows.labels, rows.splits, files))


def content_key(checked: CheckedRows) -> str:
    """Return a digest of the images' content in their order, whatever their names, labels and splits are."""
    return bytes_key(checked.contents)


def rows_key(checked: CheckedRows) -> str:
    """Return a digest of the images' names, content, labels and splits: what a trained model depends on."""
    rows = checked.rows
    return digest(bytes_key(rows.image_ids, rows.labels, rows.splits, checked.contents), rows.classes)


def files_key(paths: Sequence[Path]) -> str:
    """Return a digest of the content of small files; a missing file counts as empty."""
    return digest([hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest() for path in paths])


def bytes_key(*arrays: npt.NDArray[Any]) -> str:
    """Return a digest of arrays: of their types and values; one of rows is read a block of rows at a time."""
    key = hashlib.sha256()
    for place, array in enumerate(arrays):
        key.update((b"\0" if place else b"") + str(array.dtype).encode())
        for block in [array] if array.ndim < 2 else blocks_as_they_are(array):
            key.update(block.tobytes())
    return key.hexdigest()
