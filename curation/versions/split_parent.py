"""What a curated split takes over from its parent."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curation.images.checked_rows import CheckedRows
from curation.versions.rows import AUTO, LEAK, CuratedRows, Texts
from models.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class Before:
    """What is taken over from the parent, image by image, where that had the same image."""

    checked: CheckedRows
    parent: CuratedRows | None

    def _places(self) -> tuple[IntArray, IntArray]:
        """Return rows here and rows of the parent that are the same image."""
        if self.parent is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        then = self.parent.checked
        known: Mapping[tuple[str, str], int] = {
            key: row for row, key in enumerate(zip(then.rows.image_ids.tolist(), then.sha256s.tolist(), strict=True))
        }
        own = zip(self.checked.rows.image_ids.tolist(), self.checked.sha256s.tolist(), strict=True)
        pairs = [(row, known[key]) for row, key in enumerate(own) if key in known]
        found = np.array(pairs, np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def splits(self) -> Texts:
        """Return the splits of the parent, as given where that did not have the image, shape (N,)."""
        splits = self.checked.rows.splits.astype("<U5")
        if self.parent is not None:
            here, there = self._places()
            splits[here] = self.parent.checked.rows.splits[there]
        return splits

    def left_out(self) -> BoolArray:
        """Return which images the parent left out as leaks, shape (N,)."""
        left = np.zeros(len(self.checked.rows), np.bool_)
        if self.parent is not None:
            here, there = self._places()
            left[here] = self.parent.out[there] == LEAK
        return left

    def automatic(self, classes: tuple[str, ...]) -> IntArray:
        """Return the labels that the parent took from models, -1 for all others, shape (N,)."""
        labels = np.full(len(self.checked.rows), -1, np.int64)
        if self.parent is not None:
            names = self.parent.checked.rows.classes
            for row, then in zip(*(part.tolist() for part in self._places()), strict=True):
                name = names[self.parent.checked.rows.labels[then]]
                if self.parent.decisions[then] == AUTO and name in classes:
                    labels[row] = classes.index(name)
        return labels
