"""The rows of a data set: image files and the labels they were given."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Rows:
    """N images with given labels, ordered by image_id."""

    root: Path  # the data set's folder; image_ids are relative to it
    classes: tuple[str, ...]  # K names; labels index into them
    image_ids: npt.NDArray[np.str_]  # (N,) POSIX paths relative to root, unique
    labels: IntArray  # (N,) 0..K-1, as given
    splits: npt.NDArray[np.str_]  # (N,) "train", "val" or "test"
    notices: tuple[str, ...] = ()  # sentences on what was read in a way that could be meant otherwise, or left out
    merged: tuple[tuple[str, str], ...] = ()  # class name of the source, the class that it is read as

    def __len__(self) -> int:
        return len(self.image_ids)

    @property
    def paths(self) -> list[Path]:
        """The image files, in row order."""
        return [self.path(row) for row in range(len(self))]

    def path(self, row: int) -> Path:
        """Return the image file of a row, 0..N-1."""
        return self.root / str(self.image_ids[row])

    def where(self, keep: BoolArray) -> "Rows":
        """Return the rows for which `keep`, shape (N,), is true."""
        return replace(self, image_ids=self.image_ids[keep], labels=self.labels[keep], splits=self.splits[keep])
