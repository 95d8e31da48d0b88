"""Which image of a data set each line of a prediction made elsewhere means."""

import os
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.words import counted, first_few
from models.arrays import IntArray
from models.errors import ErrataError

NOT_THERE = -1


def as_texts(ids: npt.NDArray[np.generic]) -> list[str]:
    """Return the names of images as text; bytes are UTF-8.

    Raises:
        ErrataError: they are numbers, or bytes that are no UTF-8; the sentence goes after the file's name.
    """
    if ids.dtype.kind == "S":
        try:
            return [bytes(name).decode("utf-8") for name in ids.tolist()]
        except UnicodeDecodeError as error:
            raise ErrataError(f"has image_ids that are not UTF-8 ({error.reason}); write them as text") from error
    if ids.dtype.kind != "U":
        raise ErrataError(
            f"has image_ids of type {ids.dtype}, such as {ids[0] if len(ids) else 'none'}; an image is named by its "
            "path relative to the data set's folder"
        )
    return [str(name) for name in ids.tolist()]


def rows_of_ids(ids: Sequence[str], rows: Rows) -> tuple[IntArray, list[str]]:
    """Return the row of each name, shape (M,), -1 for names of no image, and sentences on how they were read.

    A name is the image_id. Absolute paths into the data set's folder, `./`, backslashes, `%20`, decomposed letters,
    and paths with more or fewer folders in front are read where exactly one image is meant.

    Raises:
        ErrataError: an image is named twice, or none is named; the sentence goes after the file's name.
    """
    place = {str(name): row for row, name in enumerate(rows.image_ids.tolist())}
    found = np.array([place.get(name, NOT_THERE) for name in ids], np.int64)
    notices = []
    if (found == NOT_THERE).any():
        guesses = _Guesses(rows)
        unknown = np.flatnonzero(found == NOT_THERE)
        for index in unknown.tolist():
            found[index] = guesses.row(ids[index])
        if read := [index for index in unknown.tolist() if found[index] != NOT_THERE]:
            first, meant = ids[read[0]], str(rows.image_ids[found[read[0]]])
            notices.append(f"{counted(len(read), 'image')} named in another way, as {first} for {meant}.")
    known = found[found != NOT_THERE]
    if not len(known):
        have = ids[0] if len(ids) else "no image"
        raise ErrataError(f"names no image of the data set: it has {have}, the data set {rows.image_ids[0]}")
    if len(np.unique(known)) < len(known):
        row = int(np.flatnonzero(np.bincount(known) > 1)[0])
        raise ErrataError(f"names an image twice, {rows.image_ids[row]}; keep one line for each image_id")
    if more := [name for name, row in zip(ids, found.tolist(), strict=True) if row == NOT_THERE]:
        notices.append(f"{counted(len(more), 'prediction')} of other images left out ({first_few(more)}).")
    return found, notices


class _Guesses:
    """Images by other forms of their names."""

    def __init__(self, rows: Rows):
        self._roots = [f"{_plain(root)}/" for root in dict.fromkeys((str(rows.root), os.path.realpath(rows.root)))]
        self._names = [_plain(name) for name in rows.image_ids.tolist()]
        self._by_file: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        for row, name in enumerate(self._names):
            self._by_name.setdefault(name, []).append(row)
            self._by_file.setdefault(name.rpartition("/")[2], []).append(row)

    def row(self, text: str) -> int:
        """Return the only image that a name can mean, -1 where it is none or several."""
        for name in dict.fromkeys((_plain(text), _plain(unquote(text)))):
            for root in self._roots:
                name = name.removeprefix(root)
            exact = self._by_name.get(name, [])
            tails = [row for row in self._by_file.get(name.rpartition("/")[2], []) if _tail(name, self._names[row])]
            rows = exact or tails
            if len(rows) == 1:
                return rows[0]
        return NOT_THERE


def _tail(name: str, other: str) -> bool:
    return name.endswith(f"/{other}") or other.endswith(f"/{name}")


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("file://")
    return os.path.normpath(text)
