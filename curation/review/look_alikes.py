"""The images of an audit that look most like one of them, class by class."""

import threading
from functools import cached_property

import numpy as np

from curation.results.audit import Audit
from curation.scoring.neighbours import Halves, directions, most_alike
from models.arrays import BoolArray
from models.figures.predictions import Predictions


class LookAlikes:
    """What images look like, by the first architecture that has embeddings; threads share it."""

    def __init__(self, audit: Audit):
        """Start without reading the embeddings: they are large, and read when first asked for."""
        self._audit, self._lock = audit, threading.Lock()
        self._known: dict[tuple[int, int, int], list[int]] = {}  # row, label and count -> rows

    def of(self, row: int, label: int, count: int) -> list[int]:
        """Return the rows with a label that look most like an image, without its copies; none without embeddings."""
        key = (row, label, count)
        if key not in self._known:  # an image that was prepared is shown without searching all others again
            self._known[key] = self._most_alike(row, label, count)
        return self._known[key]

    def _most_alike(self, row: int, label: int, count: int) -> list[int]:
        with self._lock:
            known = self._directions
        if not len(known):
            return []
        groups = self._audit.duplicates.groups
        among: BoolArray = (self._audit.rows.labels == label) & (groups != groups[row])
        return [int(neighbour) for neighbour in most_alike(known, row, among, count)]

    @cached_property
    def _directions(self) -> Halves:
        """Directions of N images, shape (N, D); no rows without embeddings."""
        for voter in self._audit.voters:
            embeddings = Predictions.load(voter.run_folder / "predictions.npz").embeddings
            if embeddings is not None and len(embeddings) == len(self._audit.rows):
                return directions(embeddings)
        return np.zeros((0, 0), np.float16)
