"""A walk through a queue that learns: which images come next, and in which order each was proposed."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from curation.decisions.decision import Decision
from curation.review.bench import AHEAD, Bench, Place
from curation.review.looks import learned_from


@dataclass(frozen=True)
class Proposal:
    """An image as the learned order of its split proposed it."""

    row: int
    rank: int  # in the queue of its split, 1 = first
    drawn: bool  # at random
    answers: int | None  # verdicts that the order was learned from; None: the fixed order proposed it


class Walk:
    """The images that one reviewer goes through one after the other; threads share it.

    Images that were named stay first, in this order, even where the queue has changed since: the page has fetched them.
    """

    def __init__(self, bench: Bench, splits: Sequence[str], shown: Callable[[int], bool]):
        """Start at the beginning of the queue.

        Args:
            bench: of the data set.
            splits: whose queues are walked, those with the smaller ranks first.
            shown: tells whether an image can be shown; others are passed over.
        """
        self._bench, self._splits, self._shown = bench, tuple(splits), shown
        self._lock = threading.RLock()
        self._named: list[Proposal] = []
        self._picked: int | None = None  # the row that was opened last by hand

    def proposal(self, row: int, walked: bool) -> Proposal | None:
        """Return how an image that is open was proposed; None where the reviewer picked it, nobody knows why.

        Args:
            row: of the image.
            walked: whether it came after another one, not by hand from the grid; the image that is next counts too.

        Raises:
            ErrataError: the log or an embedding cannot be read.
        """
        with self._lock:
            if not walked and row != self._picked:
                self._picked = row
                named, self._named = self._named[:1], []
                self._named = [proposal for proposal in (*named, *self._next(1)) if proposal.row == row][:1]
            return next((proposal for proposal in self._named if proposal.row == row), None)

    def coming(self, row: int, count: int) -> list[Proposal]:
        """Return the images to open after an image, at most `count`.

        Raises:
            ErrataError: the log or an embedding cannot be read.
        """
        with self._lock:
            seen = self._bench.tally().seen
            self._named = [proposal for proposal in self._named if proposal.row == row or not seen[proposal.row]]
            place = self._after(row)
            missing = place + count - len(self._named)
            if missing > 0:
                self._named += self._next(missing, row)
            return self._named[place : place + count]

    def again(self, row: int, decision: Decision, before: int | None) -> None:
        """Propose an image once more whose verdict was taken back, as it was proposed.

        Args:
            row: of the image.
            decision: that was taken back.
            before: row of the image that is open now, and comes after it.
        """
        with self._lock:
            self._named = [proposal for proposal in self._named if proposal.row != row]
            if decision.rank is None:
                return
            rows = [proposal.row for proposal in self._named]
            place = rows.index(before) if before in rows else 0
            self._named.insert(place, Proposal(row, decision.rank, decision.drawn, learned_from(decision.queue)))

    def has(self, row: int) -> bool:
        """Return whether an image is of one of the splits."""
        return str(self._bench.audit.rows.splits[row]) in self._splits

    def place(self, proposal: Proposal) -> Place:
        """Return the place of an image in the log.

        Raises:
            ErrataError: the log cannot be read.
        """
        if not proposal.drawn:
            return Place(proposal.rank, False, None)
        split = str(self._bench.audit.rows.splits[proposal.row])
        return Place(proposal.rank, True, self._bench.inclusion_of(split, proposal.row))

    def _after(self, row: int) -> int:
        rows = [proposal.row for proposal in self._named]
        return rows.index(row) + 1 if row in rows else 0

    def _next(self, count: int, row: int | None = None) -> list[Proposal]:
        """Return the first images of the queues that are neither named nor this one."""
        named = {row, *(proposal.row for proposal in self._named)}
        looks = next_looks if self._bench.learning.ready else fixed_looks  # nobody waits for what is read at first
        chosen: list[Proposal] = []
        for proposal in looks(self._bench, self._splits):
            if len(chosen) == count:
                break
            if proposal.row not in named and self._shown(proposal.row):
                chosen.append(proposal)
        return chosen


def next_looks(bench: Bench, splits: Sequence[str]) -> list[Proposal]:
    """Return the next images of some splits that nobody has looked at, in the newest learned order.

    Those with the smaller ranks in the queues of their splits come first, at most AHEAD of each split.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    seen, proposals = bench.tally().seen, []
    for split in splits:
        queue = bench.learned_queue(split, seen, AHEAD)
        ranks = np.arange(queue.start + 1, queue.start + len(queue.rows) + 1)
        columns = zip(queue.rows.tolist(), ranks.tolist(), queue.drawn.tolist(), strict=True)
        proposals += [Proposal(row, rank, drawn, queue.answers or 0) for row, rank, drawn in columns]
    return sorted(proposals, key=lambda proposal: proposal.rank)


def fixed_looks(bench: Bench, splits: Sequence[str]) -> list[Proposal]:
    """Return the images of some splits that nobody has looked at, in the fixed order of each.

    Raises:
        ErrataError: the log cannot be read.
    """
    (places, drawn), seen = bench.places, bench.tally().seen
    rows = np.flatnonzero(~seen & np.isin(bench.audit.rows.splits, splits))
    return [
        Proposal(row, int(places[row]), bool(drawn[row]), None)
        for row in rows[np.argsort(places[rows], kind="stable")].tolist()
    ]
