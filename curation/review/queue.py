"""Which images a reviewer looks at, in which order, with the drawn looks mixed in; pure arrays."""

import numpy as np
import numpy.typing as npt

from curation.review.drawn_looks import SHARE, DrawOrder, Queue, review_queue
from curation.review.population import Population, population
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import unknown

SUSPICION = "suspicion"  # the name of both orders in the log: the learned one says from how many verdicts
ORDERS = (SUSPICION, "pairs", "random")  # that verdicts do not change
LEARNED = "learned"  # the order that they do change


def whole_queue(
    part: Population,
    labels: IntArray,
    suggested: IntArray,
    order: str,
    pair: tuple[int, int] | None = None,
    share: float = SHARE,
) -> Queue:
    """Return the whole queue, as if nobody had looked at anything: verdicts never move an image.

    Args:
        part: M of the N images.
        labels: given class indices of all, shape (N,).
        suggested: class indices, shape (N,); the given one where the models see nothing wrong.
        order: of ORDERS; `pairs` takes the confusions one after the other, the most frequent first, then the rest.
        pair: given and suggested class: only images that show this confusion, and the drawn ones among them.
        share: of the looks to draw, in [0, 1]; `random` draws all.

    Returns:
        rows among the N, first to last, and which are drawn.

    Raises:
        ErrataError: an unknown order.
    """
    if order not in ORDERS:
        raise unknown("order of the review", order, ORDERS)
    given, other = labels[part.rows], suggested[part.rows]
    nothing_seen = np.zeros(len(given), bool)
    if pair is None and order != "pairs":
        share = 1.0 if order == "random" else share
        return _among_all(review_queue(part.quality, part.draws, nothing_seen, share), part)
    wanted = (given == pair[0]) & (other == pair[1]) if pair else given != other
    laid = review_queue(_places(part.quality, given, other, wanted), part.draws, nothing_seen, share)
    # The queue of one pair ends with its last image; behind it come images that show something else.
    end = len(given) if pair is None else int(np.max(np.flatnonzero(wanted[laid.rows]), initial=-1)) + 1
    return _among_all(Queue(laid.rows[:end], laid.drawn[:end]), part)


def split_places(
    quality: FloatArray, draws: DrawOrder, splits: npt.NDArray[np.str_], share: float = SHARE
) -> tuple[IntArray, BoolArray]:
    """Return the place of each of N images in the queue of its split by suspicion; verdicts do not change it.

    Args:
        quality: label quality, shape (N,), in [0, 1], low = suspicious.
        draws: their draw order.
        splits: shape (N,).
        share: of the looks to draw, in [0, 1].

    Returns:
        places, shape (N,), 1 = first, and which images are drawn, shape (N,); see `whole_queue`.
    """
    places, drawn = np.zeros(len(quality), np.int64), np.zeros(len(quality), np.bool_)
    for split in np.unique(splits):
        part = population(quality, draws, splits == split)
        laid = _among_all(review_queue(part.quality, part.draws, np.zeros(len(part.rows), bool), share), part)
        places[laid.rows], drawn[laid.rows] = np.arange(1, len(laid.rows) + 1), laid.drawn
    return places, drawn


def pairs(labels: IntArray, suggested: IntArray) -> dict[tuple[int, int], int]:
    """Return how many images show each confusion of a given with a suggested class, most frequent first.

    Args:
        labels: given class indices, shape (M,).
        suggested: class indices, shape (M,).
    """
    differ = labels != suggested
    confusions, counts = np.unique(np.stack([labels[differ], suggested[differ]], 1), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {(int(confusions[i, 0]), int(confusions[i, 1])): int(counts[i]) for i in order}


def _places(quality: FloatArray, labels: IntArray, suggested: IntArray, wanted: BoolArray) -> FloatArray:
    """Return numbers in [0, 1) in the order of wanted confusions, frequent ones first, then by label quality."""
    rank = {pair: place for place, pair in enumerate(pairs(labels, suggested))}
    confusions = zip(labels.tolist(), suggested.tolist(), wanted.tolist(), strict=True)
    group = np.array(
        [rank[given, other] if given != other and is_wanted else len(rank) for given, other, is_wanted in confusions]
    )
    places = np.empty(len(labels), np.float32)
    places[np.lexsort((quality, group))] = np.arange(len(labels), dtype=np.float32) / len(labels)
    return places


def _among_all(laid: Queue, part: Population) -> Queue:
    """Return a queue of the M images of a part with their rows among the N."""
    return Queue(part.rows[laid.rows], laid.drawn)
