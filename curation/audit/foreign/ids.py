"""Which image of a data set each line of a prediction made elsewhere means."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.datasets.tables.matching import images_of_names
from curation.words import counted, first_few
from models.arrays import IntArray
from models.errors import ErrataError

NOT_THERE = -1
IDS = ("image_ids", "image_id", "filepath", "filepaths", "path", "paths", "filename", "filenames", "file", "ids", "id")


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

    A name is the image_id, or a path into the data set's folder; `match_names` tells which images the others mean.

    Raises:
        ErrataError: an image is named twice, a name may be several images, or no image is named; the sentence goes
            after the file's name.
    """
    place = {str(name): row for row, name in enumerate(rows.image_ids.tolist())}
    meant, matches = images_of_names(ids, place, rows.root)
    notices = [f"{sentence}." for sentence in [matches.sentence()] if sentence]
    found = np.array([place[meant[name]] if name in meant else NOT_THERE for name in ids], np.int64)
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
