"""What the review screen works on: the audit, its decision log, queues and neighbours, loaded once for all visitors."""

import threading
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from curation.decisions.agreement import disagreements
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.budget import Budget, estimate
from curation.review.drawn_looks import ORDER_SEED, DrawOrder, Queue, audit_order, inclusion
from curation.review.queue import Population, Tally, inclusion_of, lay_out, population, shared_images, tally
from curation.review.selections import load_selection, selection_stamp
from curation.scoring.expected_errors import adding_up
from curation.scoring.nearest import Halves, directions, nearest
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray
from models.figures.predictions import Predictions

ALL = "all"  # splits
DISPUTED = "disputed"  # the order of what reviewers disagree about
SELECTION = "selection "  # before the name of a selection, where that is the order


@dataclass
class Bench:
    """One audited data set under review; threads share it."""

    audit: Audit
    ledger: Ledger
    order: DrawOrder  # of all N images
    row_of: dict[str, int]  # image_id -> row
    _parts: dict[str, Population] = field(default_factory=dict)
    _queues: dict[tuple[str, str], Queue] = field(default_factory=dict)
    _tally: tuple[int, Tally] | None = None  # lines of the log, and what they say
    _budgets: dict[str, tuple[int, Budget]] = field(default_factory=dict)  # split -> lines of the log, estimate
    _shared: dict[float, BoolArray] = field(default_factory=dict)  # share -> drawn once: that hashes N names
    _directions: Halves | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def shared(self, share: float) -> BoolArray:
        """Return which images every reviewer looks at, shape (N,); see `shared_images`."""
        with self.lock:
            if share not in self._shared:
                self._shared[share] = shared_images(self.audit.rows.image_ids, share)
            return self._shared[share]

    def part(self, split: str) -> Population:
        """Return the images of a split, or all."""
        with self.lock:
            if split not in self._parts:
                rows, quality = self.audit.rows, self.audit.consensus.label_quality
                chosen = np.ones(len(rows), bool) if split == ALL else rows.splits == split
                self._parts[split] = population(quality, self.order, chosen)
            return self._parts[split]

    def queue(self, split: str, order: str, pair: tuple[int, int] | None = None) -> Queue:
        """Return the whole queue of a split, whoever judged what; see `lay_out`; of a selection its images alone."""
        if order.startswith(SELECTION):
            return self._selected(split, order.removeprefix(SELECTION))
        if order == DISPUTED:
            return self._disputed(split)
        key = (split, f"{order} {pair}")
        with self.lock:
            if key not in self._queues:
                rows, suggested = self.audit.rows, self.audit.consensus.suggested
                self._queues[key] = lay_out(self.part(split), rows.labels, suggested, order, pair)
            return self._queues[key]

    def _selected(self, split: str, name: str) -> Queue:
        """Return the images that somebody selected, most suspicious first; none of them was drawn."""
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
        """Return what reviewers disagree about and nobody settled, most serious first; none of it was drawn."""
        with self.lock, self.ledger.reading() as state:
            found = np.array([self.row_of[one.image_id] for one in disagreements(state)], np.int64)
        found = found[np.isin(found, self.part(split).rows)]
        return Queue(found, np.zeros(len(found), bool))

    def tally(self) -> tuple[int, Tally]:
        """Return how many lines the log has, and what the verdicts in force say; read again where there are more."""
        with self.lock, self.ledger.reading() as state:
            lines = self.ledger.lines()
            if self._tally is None or self._tally[0] != lines:
                self._tally = lines, tally(state, self.row_of, len(self.audit.rows))
            return self._tally

    def budget(self, split: str) -> Budget:
        """Return how many wrong labels are left in a split."""
        with self.lock:
            lines, found = self.tally()
            if self._budgets.get(split, (-1, None))[0] != lines:
                part, rows = self.part(split), self.part(split).rows
                seen = found.looked[rows] | found.unsure[rows]
                shares = inclusion(part.quality, part.audit, seen, found.drawn[rows])
                ahead = estimate(self._chances[rows], found.looked[rows], found.wrong[rows], shares, found.unsure[rows])
                self._budgets[split] = lines, ahead
            return self._budgets[split][1]

    @cached_property
    def _chances(self) -> FloatArray:
        """Label quality that adds up to the number of wrong labels the models estimate, shape (N,)."""
        return adding_up(self.audit.consensus.label_quality, self.audit.findings.n_wrong)

    def inclusion_of(self, split: str, row: int) -> float:
        """Return the probability with which an image, that is looked at now because it was drawn, was to be."""
        return inclusion_of(self.part(split), self.tally()[1], row)

    def neighbours(self, row: int, label: int, count: int) -> list[int]:
        """Return the rows with a label that look most like an image, its copies left out; none without embeddings."""
        with self.lock:
            if self._directions is None:
                self._directions = _directions(self.audit)
        if not len(self._directions):
            return []
        groups = self.audit.duplicates.groups
        among: BoolArray = (self.audit.rows.labels == label) & (groups != groups[row])
        return [int(other) for other in nearest(self._directions, row, among, count)]


def _directions(audit: Audit) -> Halves:
    """Return the directions of the first architecture that has embeddings, shape (N, D); D = 0 rows where none has."""
    for one in audit.voters:
        embeddings = Predictions.load(one.run_folder / "predictions.npz").embeddings
        if embeddings is not None and len(embeddings) == len(audit.rows):
            return directions(embeddings)
    return np.zeros((0, 0), np.float16)


def open_bench(workspace: Workspace, name: str, audit: Audit) -> Bench:
    """Return what is to be reviewed of an audit."""
    rows = audit.rows
    order = audit_order(rows.image_ids, audit.consensus.label_quality, ORDER_SEED)
    ledger = Ledger(log_of(workspace, name), audit.checked)
    return Bench(audit, ledger, order, {image_id: row for row, image_id in enumerate(rows.image_ids.tolist())})
