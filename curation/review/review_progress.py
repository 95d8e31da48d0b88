"""How far the review of a split is: images judged, wrong labels left, how well reviewers agree."""

import threading
from dataclasses import dataclass, replace

import numpy as np

from curation.decisions.agreement import Agreement, agreement
from curation.decisions.ledger import Ledger
from curation.results.audit import Audit
from curation.review.budget import Budget, estimate
from curation.review.drawn_looks import ORDER_SEED, audit_order, inclusion
from curation.review.queue import Population, Tally, inclusion_of, population, split_places, tally
from curation.scoring.expected_errors import adding_up
from models.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class Standing:
    """Where the review of a split stands."""

    images: int  # of the split
    judged: int  # by anybody
    own: int  # by this reviewer
    budget: Budget


@dataclass(frozen=True)
class Place:
    """Where an image stands in the queue of its split, as the app's review walks it."""

    rank: int  # 1 = first
    drawn: bool  # it is there because it was drawn at random
    inclusion: float | None  # probability with which it was drawn, in (0, 1]; None where it was not


class Progress:
    """The standing of one data set's review, computed again where the log has grown; threads share it."""

    def __init__(self, audit: Audit, ledger: Ledger):
        """Start without looking at the log."""
        self._audit, self._ledger = audit, ledger
        rows, quality = audit.rows, audit.consensus.label_quality
        self._row_of = {image_id: row for row, image_id in enumerate(rows.image_ids.tolist())}
        self._order = audit_order(rows.image_ids, quality, ORDER_SEED)
        self._chances = adding_up(quality, audit.findings.n_wrong)
        self._places: tuple[IntArray, BoolArray] | None = None
        self._parts: dict[str, Population] = {}
        self._budgets: dict[str, Budget] = {}
        self._lines = -1  # of the log, when the following was computed
        self._tally: Tally | None = None
        self._agreement: Agreement | None = None
        self._lock = threading.RLock()

    def standing(self, split: str, reviewer: str) -> Standing:
        """Return where the review of a split stands.

        Raises:
            ErrataError: the log cannot be read, or the split has no image.
        """
        with self._lock:
            found, rows = self._caught_up(), self._part(split).rows
            seen = found.looked | found.unsure
            own = found.judged.get(reviewer, np.zeros_like(seen))
            if split not in self._budgets:
                self._budgets[split] = self._budget(split, found, seen)
            return Standing(len(rows), int(seen[rows].sum()), int(own[rows].sum()), self._budgets[split])

    def place(self, row: int) -> Place:
        """Return where an image stands in the queue of its split.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self._lock:
            places, drawn = self._queues()
            if not drawn[row]:
                return Place(int(places[row]), False, None)
            chance = inclusion_of(self._part(str(self._audit.rows.splits[row])), self._caught_up(), row)
            return Place(int(places[row]), True, chance)

    def place_of_look(self, row: int, walked: bool) -> Place:
        """Return where an image stands that somebody looks at; it counts as drawn only where its turn had come.

        Any other that somebody opened from the grid may have been chosen for its looks.

        Args:
            row: of the image.
            walked: whether it came after another one, not from the grid.

        Raises:
            ErrataError: the log cannot be read.
        """
        place = self.place(row)
        return place if walked or self.next_up(row) else replace(place, drawn=False, inclusion=None)

    def next_up(self, row: int) -> bool:
        """Return whether somebody has judged all that comes before an image in the queue of its split.

        Raises:
            ErrataError: the log cannot be read.
        """
        splits = self._audit.rows.splits
        with self._lock:
            (places, _), found = self._queues(), self._caught_up()
        left = (splits == splits[row]) & ~(found.looked | found.unsure)
        return not bool((left & (places < places[row])).any())

    def pair(self, row: int) -> tuple[int, int]:
        """Return how many images of the same split show the same confusion of labels, and how many of them are judged.

        Raises:
            ErrataError: the log cannot be read.
        """
        rows, suggested = self._audit.rows, self._audit.consensus.suggested
        same: BoolArray = (
            (rows.labels == rows.labels[row]) & (suggested == suggested[row]) & (rows.splits == rows.splits[row])
        )
        with self._lock:
            found = self._caught_up()
        return int(same.sum()), int((same & (found.looked | found.unsure)).sum())

    def agreement(self) -> Agreement:
        """Return how well the reviewers agree.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self._lock:
            self._caught_up()
            if self._agreement is None:
                with self._ledger.reading() as state:
                    self._agreement = agreement(state)
            return self._agreement

    def _caught_up(self) -> Tally:
        with self._ledger.reading() as state:
            lines = self._ledger.lines()
            if self._tally is None or lines != self._lines:
                self._tally = tally(state, self._row_of, len(self._audit.rows))
                self._lines, self._agreement = lines, None
                self._budgets.clear()
            return self._tally

    def _queues(self) -> tuple[IntArray, BoolArray]:
        if self._places is None:
            audit = self._audit
            self._places = split_places(audit.consensus.label_quality, self._order, audit.rows.splits)
        return self._places

    def _part(self, split: str) -> Population:
        if split not in self._parts:
            chosen = self._audit.rows.splits == split
            self._parts[split] = population(self._audit.consensus.label_quality, self._order, chosen)
        return self._parts[split]

    def _budget(self, split: str, found: Tally, seen: BoolArray) -> Budget:
        part, rows = self._part(split), self._part(split).rows
        shares = inclusion(part.quality, part.audit, seen[rows], found.drawn[rows])
        return estimate(self._chances[rows], found.looked[rows], found.wrong[rows], shares, found.unsure[rows])
