"""Which images a reviewer looks at, in which order, with the drawn looks mixed in; pure arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.decisions.decision import Decision, in_order
from curation.decisions.ledger import Ledger
from curation.decisions.state import State
from curation.review.drawn_looks import DrawOrder, Queue, inclusion, queue, random_numbers
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError, unknown

ORDERS = ("suspicion", "pairs", "random")
_SHARED_SEED = 1  # other numbers than those that draw looks


@dataclass(frozen=True)
class Population:
    """The images that a review is about, M of N: all of them, or a split."""

    rows: IntArray  # (M,) rows among the N
    quality: FloatArray  # (M,) label quality in [0, 1], low = suspicious
    audit: DrawOrder  # of these M


def population(quality: FloatArray, audit: DrawOrder, chosen: BoolArray) -> Population:
    """Return a part of N images; each keeps its ticket of the whole, so that looks count wherever they were drawn.

    Args:
        quality: label quality of N images, shape (N,), in [0, 1], low = suspicious.
        audit: their audit order.
        chosen: which are meant, shape (N,).

    Raises:
        ErrataError: none is.
    """
    rows = np.flatnonzero(chosen)
    if not len(rows):
        raise ErrataError("there is no image to review in this split; choose one that has some")
    place = np.full(len(quality), -1)
    place[rows] = np.arange(len(rows))
    order = place[audit.order]
    return Population(rows, quality[rows], DrawOrder(order[order >= 0], audit.weights[rows], audit.tickets[rows]))


def split_places(quality: FloatArray, audit: DrawOrder, splits: npt.NDArray[np.str_]) -> tuple[IntArray, BoolArray]:
    """Return where each of N images stands in the queue of its split by suspicion, whoever judged what.

    Args:
        quality: label quality, shape (N,), in [0, 1], low = suspicious.
        audit: their audit order.
        splits: shape (N,).

    Returns:
        places, shape (N,), 1 = first, and which images are drawn, shape (N,); see `lay_out`.
    """
    places, drawn = np.zeros(len(quality), np.int64), np.zeros(len(quality), np.bool_)
    for split in np.unique(splits):
        part = population(quality, audit, splits == split)
        found = _global(queue(part.quality, part.audit, np.zeros(len(part.rows), bool)), part)
        places[found.rows], drawn[found.rows] = np.arange(1, len(found.rows) + 1), found.drawn
    return places, drawn


def inclusion_of(part: Population, found: "Tally", row: int) -> float:
    """Return the probability with which an image, that is looked at now because it was drawn, was to be.

    Args:
        part: M of the N images, of which the image is one.
        found: what the verdicts in force say.
        row: of the image, among the N.
    """
    place = int(np.searchsorted(part.rows, row))
    seen, drawn = (found.looked | found.unsure)[part.rows], found.drawn[part.rows].copy()
    seen[place] = drawn[place] = True
    return float(inclusion(part.quality, part.audit, seen, drawn)[place])


def lay_out(
    part: Population, labels: IntArray, suggested: IntArray, order: str, pair: tuple[int, int] | None = None
) -> Queue:
    """Return the whole queue, as if nobody had looked at anything: verdicts never move an image.

    Args:
        part: M of the N images.
        labels: given class indices of all, shape (N,).
        suggested: class indices, shape (N,); the given one where the models see nothing wrong.
        order: of ORDERS; `pairs` takes the confusions one after the other, the most frequent first, then the rest.
        pair: given and suggested class: only images that show this confusion, and the drawn ones among them.

    Returns:
        rows among the N, first to last, and which are drawn.

    Raises:
        ErrataError: an unknown order.
    """
    if order not in ORDERS:
        raise unknown("order of the review", order, ORDERS)
    own, other = labels[part.rows], suggested[part.rows]
    if pair is None and order != "pairs":
        share = {"share": 1.0} if order == "random" else {}
        return _global(queue(part.quality, part.audit, np.zeros(len(own), bool), **share), part)
    wanted = (own == pair[0]) & (other == pair[1]) if pair else own != other
    found = queue(_places(part.quality, own, other, wanted), part.audit, np.zeros(len(own), bool))
    # One pair ends with its last image; what comes behind shows something else.
    end = len(own) if pair is None else int(np.max(np.flatnonzero(wanted[found.rows]), initial=-1)) + 1
    return _global(Queue(found.rows[:end], found.drawn[:end]), part)


def pairs(labels: IntArray, suggested: IntArray) -> dict[tuple[int, int], int]:
    """Return how many images show each confusion of a given with a suggested class, most frequent first.

    Args:
        labels: given class indices, shape (M,).
        suggested: class indices, shape (M,).
    """
    differ = labels != suggested
    found, counts = np.unique(np.stack([labels[differ], suggested[differ]], 1), axis=0, return_counts=True)
    return {(int(found[i, 0]), int(found[i, 1])): int(counts[i]) for i in np.argsort(-counts, kind="stable")}


@dataclass(frozen=True)
class Tally:
    """What the verdicts in force say about N images."""

    looked: BoolArray  # (N,) a verdict other than unsure that nobody contradicts
    unsure: BoolArray  # (N,) somebody looked, and it is not settled: unsure, or reviewers disagree
    wrong: BoolArray  # (N,) the verdict is that the given label is wrong
    drawn: BoolArray  # (N,) all who looked were shown it because it was drawn
    disputed: BoolArray  # (N,) reviewers disagree, and nobody settled it
    judged: Mapping[str, BoolArray]  # reviewer -> (N,) has a verdict of theirs
    sure: Mapping[str, BoolArray]  # reviewer -> (N,) has a verdict of theirs other than unsure

    def done(self, reviewer: str, shared: BoolArray) -> BoolArray:
        """Return what this reviewer need not look at, shape (N,); others' unsure verdicts leave an image open.

        Args:
            reviewer: whose own verdicts are behind them.
            shared: images that everybody looks at, shape (N,), whoever judged them; see `shared_images`.
        """
        nobody = np.zeros_like(self.looked)
        done = nobody.copy()
        for other, sure in self.sure.items():
            if other != reviewer:
                done |= sure
        return (done & ~shared) | self.judged.get(reviewer, nobody)


def shared_images(image_ids: npt.NDArray[np.str_], share: float) -> BoolArray:
    """Return which of N images every reviewer looks at, shape (N,), so that their agreement can be told.

    Drawn by the images' names, so that all reviewers share the same ones, and whoever has a larger share has them too.

    Args:
        image_ids: shape (N,).
        share: of the images, in [0, 1].
    """
    return np.asarray(random_numbers(image_ids, _SHARED_SEED) < share)


def tally(state: State, row_of: Mapping[str, int], n: int) -> Tally:
    """Count each image's verdict in force once.

    Args:
        state: of the decision log.
        row_of: image_id -> row.
        n: number of images, N.
    """
    looked, unsure, wrong, drawn, disputed = (np.zeros(n, np.bool_) for _ in range(5))
    judged: dict[str, BoolArray] = {}
    sure: dict[str, BoolArray] = {}
    for image_id in state.images():
        row, own = row_of[image_id], state.verdicts(image_id)
        alone = len(own) == 1 and state.adjudication(image_id) is None  # as most are: no need to compare
        verdict = next(iter(own.values())) if alone else state.verdict(image_id)
        settled = verdict is not None and verdict.decision != "unsure"
        looked[row], unsure[row] = settled, not settled
        wrong[row] = settled and verdict is not None and says_wrong(verdict)
        disputed[row] = bool(own) and verdict is None
        drawn[row] = bool(own) and all(one.drawn for one in own.values())
        for reviewer, one in own.items():
            if reviewer not in judged:
                judged[reviewer], sure[reviewer] = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
            judged[reviewer][row] = True
            sure[reviewer][row] = one.decision != "unsure"
    return Tally(looked, unsure, wrong, drawn, disputed, judged, sure)


def says_wrong(verdict: Decision) -> bool:
    """Return whether a verdict is that the given label is wrong; an image to exclude has no label to be wrong."""
    return verdict.decision == "none-of-these" or (bool(verdict.labels) and verdict.label not in verdict.labels)


def _places(quality: FloatArray, labels: IntArray, suggested: IntArray, wanted: BoolArray) -> FloatArray:
    """Return numbers in [0, 1) in the order of wanted confusions, frequent ones first, then by label quality."""
    counts = pairs(labels, suggested)
    rank = {pair: place for place, pair in enumerate(counts)}
    group = np.array(
        [
            rank[own, other] if own != other and want else len(rank)
            for own, other, want in zip(labels.tolist(), suggested.tolist(), wanted.tolist(), strict=True)
        ]
    )
    places = np.empty(len(labels), np.float32)
    places[np.lexsort((quality, group))] = np.arange(len(labels), dtype=np.float32) / len(labels)
    return places


def _global(found: Queue, part: Population) -> Queue:
    return Queue(part.rows[found.rows], found.drawn)


def look_order(ledger: Ledger, row_of: Mapping[str, int]) -> IntArray:
    """Return the rows of the images with a verdict in force, the one looked at first in front, each once.

    Args:
        ledger: of the data set.
        row_of: image_id -> row.

    Raises:
        ErrataError: the log cannot be read.
    """
    entries = in_order(entry for _, entry in ledger.log.read().entries)
    with ledger.reading() as state:
        judged = set(state.images())
        images = (state.image_of(one) for one in entries if isinstance(one, Decision) and not state.undone(one.id))
        rows = dict.fromkeys(row_of[image] for image in images if image in judged)
    return np.array(list(rows), np.int64)
