"""One data set under review: its queues, where each image stands in them, and how far the review is."""

import threading
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from curation.decisions.agreement import Agreement, disagreements, reviewer_agreement
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.budget import Budget
from curation.review.drawn_looks import SHARE, Queue, adaptive_queue
from curation.review.learning import Learning
from curation.review.look_alikes import LookAlikes
from curation.review.population import Population, draw_order_of, label_probabilities, population
from curation.review.queue import split_places, whole_queue
from curation.review.selections import load_selection, selection_stamp
from curation.review.tally import Tally, shared_images, tally
from curation.scoring.learned.order import LearnedOrder
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray, IntArray

ALL = "all"  # splits
DISPUTED = "disputed"  # the order of the disputed images
AHEAD = 200  # images of a learned queue: it changes before anybody gets so far
SELECTION = "selection "  # before the name of a selection, where that is the order


@dataclass(frozen=True)
class Standing:
    """How far the review of a split is."""

    images: int  # of the split
    judged: int  # by anybody
    by_reviewer: int
    budget: Budget


@dataclass(frozen=True)
class Place:
    """Where an image stands in the queue of its split by suspicion."""

    rank: int  # 1 = first
    drawn: bool  # at random
    inclusion: float | None  # probability with which it was drawn, in (0, 1]; None where it was not


@dataclass
class _Counted:
    """What follows from the log as it is now."""

    lines: int  # of the log
    tally: Tally
    budgets: dict[str, tuple[LearnedOrder | None, Budget]] = field(default_factory=dict)  # of each split
    agreement: Agreement | None = None


class Bench:
    """What the app and FiftyOne review with, loaded once for each audit; threads share it."""

    def __init__(self, audit: Audit, ledger: Ledger):
        """Start without reading the log.

        Args:
            audit: of N images.
            ledger: of their decisions.
        """
        self.audit, self.ledger = audit, ledger
        self.row_of: dict[str, int] = {image_id: row for row, image_id in enumerate(audit.rows.image_ids.tolist())}
        self.lock = threading.RLock()
        self.look_alikes = LookAlikes(audit)
        self.learning = Learning(audit, ledger, self.row_of)
        self._draws = draw_order_of(audit)
        # Looks are drawn by the last list of an audit; by the first they would be drawn from another order.
        self._share = 0.0 if audit.awaited else SHARE
        self._parts: dict[str, Population] = {}
        self._queues: dict[tuple[str, str], Queue] = {}
        self._shared: dict[float, BoolArray] = {}  # share -> which images
        self._counted: _Counted | None = None

    def part(self, split: str) -> Population:
        """Return the images of a split, or all.

        Raises:
            ErrataError: the split has no image.
        """
        with self.lock:
            if split not in self._parts:
                rows, quality = self.audit.rows, self.audit.consensus.label_quality
                chosen = np.ones(len(rows), bool) if split == ALL else rows.splits == split
                self._parts[split] = population(quality, self._draws, chosen, self.audit.findings.draw_quality)
            return self._parts[split]

    def shared(self, share: float) -> BoolArray:
        """Return which images every reviewer looks at, shape (N,); see `shared_images`."""
        with self.lock:
            if share not in self._shared:
                self._shared[share] = shared_images(self.audit.rows.image_ids, share)
            return self._shared[share]

    def queue(self, split: str, order: str, pair: tuple[int, int] | None = None) -> Queue:
        """Return the whole queue of a split; verdicts do not change it.

        Args:
            split: train, val, test or ALL.
            order: of `whole_queue`; DISPUTED; or SELECTION + name: only the images of that selection. See
                `learned_queue` for the order that learns.
            pair: see `whole_queue`.
        """
        if order.startswith(SELECTION):
            return self._selected(split, order.removeprefix(SELECTION))
        if order == DISPUTED:
            return self._disputed(split)
        key = (split, f"{order} {pair}")
        with self.lock:
            if key not in self._queues:
                labels, suggested = self.audit.rows.labels, self.audit.consensus.suggested
                self._queues[key] = whole_queue(self.part(split), labels, suggested, order, pair, self._share)
            return self._queues[key]

    def learned_queue(self, split: str, done: BoolArray, count: int = AHEAD) -> Queue:
        """Return the next images of a split in the newest learned order.

        Args:
            split: train, val, test or ALL.
            done: images that need no look, shape (N,).
            count: how many to return, at most.

        Raises:
            ErrataError: the log or an embedding cannot be read, or the split has no image.
        """
        learned, rows, counts = self.learning.latest(), self.part(split).rows, self.tally()
        waiting = np.zeros(len(done), bool)
        waiting[rows] = ~done[rows]
        order, draws = learned.order, self._draws.order
        walked = int(counts.walked[rows].sum())
        return adaptive_queue(order[waiting[order]], draws[waiting[draws]], walked, count, learned.answers, self._share)

    def _selected(self, split: str, name: str) -> Queue:
        """Return the images of a selection, most suspicious first; none of them counts as drawn."""
        workspace = Workspace(self.audit.folder.parent.parent)
        key = (split, f"{SELECTION}{name} {selection_stamp(workspace, self.audit.name, name)}")
        with self.lock:
            if key not in self._queues:
                chosen = load_selection(workspace, self.audit.name, name).rows(self.audit.rows)
                chosen = chosen[np.isin(chosen, self.part(split).rows)]
                order = np.argsort(self.audit.consensus.label_quality[chosen], kind="stable")
                self._queues[key] = Queue(chosen[order], np.zeros(len(chosen), bool))
            return self._queues[key]

    def _disputed(self, split: str) -> Queue:
        """Return the images with an unsettled disagreement, most serious first; none of them counts as drawn."""
        with self.lock, self.ledger.reading() as state:
            rows = np.array([self.row_of[dispute.image_id] for dispute in disagreements(state)], np.int64)
        rows = rows[np.isin(rows, self.part(split).rows)]
        return Queue(rows, np.zeros(len(rows), bool))

    def tally(self) -> Tally:
        """Return what the verdicts in force say.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self.lock:
            return self._caught_up().tally

    def budget(self, split: str) -> Budget:
        """Return how many wrong labels are left in a split.

        Raises:
            ErrataError: the log cannot be read, or the split has no image.
        """
        with self.lock:
            counted = self._caught_up()
            learned = self.learning.latest() if counted.tally.selected.any() else None
            if split not in counted.budgets or counted.budgets[split][0] is not learned:
                counted.budgets[split] = learned, self.part(split).budget(counted.tally, self._probabilities, learned)
            return counted.budgets[split][1]

    def standing(self, split: str, reviewer: str) -> Standing:
        """Return how far the review of a split is.

        Raises:
            ErrataError: the log cannot be read, or the split has no image.
        """
        with self.lock:
            rows, counts, budget = self.part(split).rows, self.tally(), self.budget(split)
        judged, by_reviewer = int(counts.seen[rows].sum()), int(counts.judged_by(reviewer)[rows].sum())
        return Standing(len(rows), judged, by_reviewer, budget)

    def pair_counts(self, row: int) -> tuple[int, int]:
        """Return how many images of the same split show the same confusion of labels, and how many of them are judged.

        Raises:
            ErrataError: the log cannot be read.
        """
        rows, suggested = self.audit.rows, self.audit.consensus.suggested
        same: BoolArray = (
            (rows.labels == rows.labels[row]) & (suggested == suggested[row]) & (rows.splits == rows.splits[row])
        )
        return int(same.sum()), int((same & self.tally().seen).sum())

    def agreement(self) -> Agreement:
        """Return how well the reviewers agree.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self.lock, self.ledger.reading() as state:
            counted = self._caught_up()
            if counted.agreement is None:
                counted.agreement = reviewer_agreement(state)
            return counted.agreement

    def place(self, row: int) -> Place:
        """Return where an image stands in the queue of its split.

        Raises:
            ErrataError: the log cannot be read.
        """
        places, drawn = self.places
        if not drawn[row]:
            return Place(int(places[row]), False, None)
        return Place(int(places[row]), True, self.inclusion_of(str(self.audit.rows.splits[row]), row))

    def place_of_look(self, row: int, walked: bool) -> Place:
        """Return the place of an image that is looked at; it counts as drawn only if it was next in the queue.

        A reviewer may have opened an image from the grid because of what it shows.

        Args:
            row: of the image.
            walked: whether it came after another one, not from the grid.

        Raises:
            ErrataError: the log cannot be read.
        """
        place = self.place(row)
        return place if walked or self.is_next(row) else replace(place, drawn=False, inclusion=None)

    def is_next(self, row: int) -> bool:
        """Return whether all images before this one in the queue of its split are judged.

        Raises:
            ErrataError: the log cannot be read.
        """
        splits, (places, _) = self.audit.rows.splits, self.places
        left = (splits == splits[row]) & ~self.tally().seen
        return not bool((left & (places < places[row])).any())

    def inclusion_of(self, split: str, row: int) -> float:
        """Return the probability that the draw had of choosing this image.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self.lock:
            return self.part(split).inclusion_of(self.tally(), row)

    def _caught_up(self) -> _Counted:
        """Return what the log says; counted again where it has more lines."""
        with self.ledger.reading() as state:
            lines = self.ledger.lines()
            if self._counted is None or self._counted.lines != lines:
                self._counted = _Counted(lines, tally(state, self.row_of, len(self.audit.rows)))
            return self._counted

    @cached_property
    def places(self) -> tuple[IntArray, BoolArray]:
        """Where each image stands in the queue of its split, and which are drawn, shape (N,); see `split_places`."""
        audit = self.audit
        return split_places(audit.consensus.label_quality, self._draws, audit.rows.splits, self._share)

    @cached_property
    def _probabilities(self) -> FloatArray:
        return label_probabilities(self.audit)


def open_bench(workspace: Workspace, name: str, audit: Audit) -> Bench:
    """Return the bench of an audit."""
    return Bench(audit, Ledger(log_of(workspace, name), audit.checked))
