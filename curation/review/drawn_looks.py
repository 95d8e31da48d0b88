"""Looks drawn at known probability, mixed into the review: they tell what the ranking hides."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.errors import ErrataError

SHARE = 0.1  # of the looks; more measures better and finds less
ORDER_SEED = 0  # of the order that reviews draw from: the same for everybody, or looks could not be counted together
_LEAST = 0.2  # of the weights: a ranking that misleads costs at most a factor of five


@dataclass(frozen=True)
class DrawOrder:
    """The order in which N images are drawn at random; verdicts do not change it."""

    order: IntArray  # (N,) rows, the first to draw first
    weights: Doubles  # (N,) float64 in [0.2, 1], how readily each image is drawn
    tickets: Doubles  # (N,) float64 > 0, random number over weight; the images up to any ticket are a sample


@dataclass(frozen=True)
class Queue:
    """The images to look at, first to last."""

    rows: IntArray  # (M,) rows nobody has looked at
    drawn: BoolArray  # (M,) whether each comes from the draw order and not from the ranking
    start: int = 0  # place of the first row, where the images before it are not listed
    answers: int | None = None  # verdicts that the order was learned from; None: it does not learn


def draw_order(image_ids: npt.NDArray[np.str_], label_quality: FloatArray, seed: int) -> DrawOrder:
    """Give every image its place in a random order that depends on names, label quality and the seed alone.

    Suspicious images are drawn more readily, because their verdicts are more often in doubt: the weight falls evenly
    from 1 for the most suspicious image to 0.2, and stays there for the last fifth. It goes by rank, so that it does
    not depend on whether a quality of 0.9 means one wrong label in ten.

    Args:
        image_ids: unique names, shape (N,); an image keeps its random number when images are added.
        label_quality: shape (N,), in [0, 1], low = suspicious.
        seed: of the random numbers.

    Returns:
        order, weights and tickets; the order is that of growing tickets.

    Raises:
        ErrataError: shapes disagree, a quality is outside [0, 1] or NaN, or an image_id occurs twice.

    Source: permanent random numbers and sequential Poisson sampling, Ohlsson 1995 (Business Survey Methods, ch. 9).
    """
    quality = checked_quality(label_quality)
    if image_ids.shape != quality.shape:
        raise ErrataError(
            f"image_ids have shape {image_ids.shape} and label_quality {quality.shape}; expected (N,) each"
        )
    numbers = random_numbers(image_ids, seed)
    if (np.diff(np.sort(numbers)) == 0).any():  # an image_id that occurs twice has the same number twice
        names, counts = np.unique(image_ids, return_counts=True)
        if len(names) < len(image_ids):
            raise ErrataError(f"image_id {str(names[counts.argmax()])!r} occurs {counts.max()} times; expected once")
    weights = np.maximum(_LEAST, 1 - _twice_the_rank(quality) / (2 * max(1, len(quality))))
    tickets = numbers / weights
    order = np.argsort(tickets, kind="stable")
    if (np.diff(tickets[order]) == 0).any():  # not otherwise: to sort names takes three times as long
        order = np.lexsort((image_ids, tickets))
    return DrawOrder(order, weights, tickets)


def review_queue(label_quality: FloatArray, draws: DrawOrder, looked: BoolArray, share: float = SHARE) -> Queue:
    """Return what to look at: the most suspicious first, and every 1/share-th the next of the draw order.

    The whole queue is laid out as if nobody had looked at anything, then the images looked at are left out: verdicts
    never move an image, and an image that was drawn once stays drawn.

    Args:
        label_quality: shape (N,), in [0, 1], low = suspicious.
        draws: of the same images.
        looked: whether somebody has looked at each image, unsure or not, shape (N,).
        share: of the looks to draw, in [0, 1]; 0 measures nothing, 1 draws all.

    Returns:
        the rows still to look at, and which of them are drawn.

    Raises:
        ErrataError: shapes disagree, a quality is outside [0, 1] or NaN, or the share is outside [0, 1].
    """
    quality = checked_quality(label_quality)
    _same_length(quality, draws, looked=looked)
    if not 0 <= share <= 1:
        raise ErrataError(f"the share of drawn looks is {share}; expected 0 to 1, usually {SHARE}")
    rows, drawn = _mixed(_suspicion(quality, draws), draws.order, 0, len(quality), share)
    left = ~looked[rows]
    return Queue(rows[left], drawn[left])


def adaptive_queue(
    order: IntArray, draws: IntArray, looked: int, count: int, answers: int, share: float = SHARE
) -> Queue:
    """Return what to look at next in an order that changes with every verdict; whoever looked is not moved.

    As many images as in `review_queue` are drawn, and in the same order, whatever the verdicts were.

    Args:
        order: rows nobody has looked at, those to look at first first, shape (M,).
        draws: the same rows in the draw order, shape (M,).
        looked: how many looks the queue proposed before.
        count: how many rows to return, at most.
        answers: verdicts that the order was learned from.
        share: of the looks to draw, in [0, 1].
    """
    rows, drawn = _mixed(order, draws, looked, min(count, len(order)), share)
    return Queue(rows, drawn, looked, answers)


def _mixed(order: IntArray, draws: IntArray, start: int, count: int, share: float) -> tuple[IntArray, BoolArray]:
    """Return the next rows of an order, every 1/share-th from the draws, and which are drawn, shape (count,) each."""
    # The first drawn look comes in the middle of the first ten, not at their end, so that a short review has it too.
    drawn = np.diff(np.floor(np.arange(start, start + count + 1) * share + 0.5)) > 0
    sources, rows = (iter(order.tolist()), iter(draws.tolist())), []
    taken = bytearray(int(order.max(initial=-1)) + 1)  # a byte a row stays in the cache where a set would not
    for is_drawn in drawn.tolist():
        for row in sources[is_drawn]:
            if not taken[row]:
                taken[row] = True
                rows.append(row)
                break
    return np.array(rows, np.int64), drawn


def _twice_the_rank(quality: Doubles) -> IntArray:
    """Return how many are lower and how many are not higher, less 1, shape (N,): equals share their rank."""
    order = np.argsort(quality, kind="stable")
    first = np.flatnonzero(np.diff(quality[order], prepend=-1.0))  # of each run of equals
    counts = np.diff(first, append=len(quality))
    twice = np.empty(len(quality), np.int64)
    twice[order] = np.repeat(2 * first + counts - 1, counts)
    return twice


def inclusion(
    label_quality: FloatArray,
    draws: DrawOrder,
    looked: BoolArray,
    drawn: BoolArray,
    reached: BoolArray | None = None,
) -> Doubles:
    """Return the probability with which each image would have been looked at by now, given the others.

    Probability 1: images in the unbroken run from the top of the ranking, drawn or not; images that a learned order
    selected, or would have selected had they not been drawn; and images that people picked. All other images: the draw
    has taken all tickets below the next ticket, t, so that it took an image of weight w with probability min(1, t w).
    Where people skipped some drawn images, this is multiplied by the share not skipped.

    Args:
        label_quality: shape (N,), in [0, 1], low = suspicious.
        draws: of the same images.
        looked: whether somebody has looked at each image, unsure or not, shape (N,).
        drawn: whether the queue had it from the draw order, shape (N,); only images looked at count.
        reached: which drawn images a learned order would have selected by now, shape (N,); by default none.

    Returns:
        shape (N,), float64 in [0, 1]; 0 for images that nobody looked at, as long as no image was drawn.

    Raises:
        ErrataError: shapes disagree, or a quality is outside [0, 1] or NaN.

    Source: taking the next ticket for t makes the weights 1 / min(1, t w) exactly unbiased for a sample of fixed size:
    Duffield, Lund, Thorup 2007, doi:10.1145/1314690.1314696 (priority sampling).
    """
    quality = checked_quality(label_quality)
    _same_length(quality, draws, looked=looked, drawn=drawn)
    certain, suspicion = looked & ~drawn, _suspicion(quality, draws)
    # The run ends with its last image that was not drawn: a ticket must not decide whether an image is certain.
    gapless = np.cumprod(looked[suspicion]).astype(np.bool_) & certain[suspicion]
    certain[suspicion[: np.max(np.flatnonzero(gapless), initial=-1) + 1]] = True
    if reached is not None:
        certain |= looked & reached
    sampled = looked & ~certain
    if not sampled.any():
        return certain.astype(np.float64)
    last, left = draws.tickets[sampled].max(), draws.tickets[~looked]
    threshold = np.min(left[left > last], initial=np.inf)
    answered = sampled.sum() / (sampled.sum() + (left < last).sum())
    return np.where(certain, 1.0, answered * np.minimum(1, threshold * draws.weights))


def checked_quality(label_quality: FloatArray) -> Doubles:
    """Return the label quality as float64, shape (N,).

    Raises:
        ErrataError: it is not a vector of numbers in [0, 1].
    """
    if label_quality.ndim != 1:
        raise ErrataError(f"label_quality has shape {label_quality.shape}; expected (N,), one number for each image")
    quality = label_quality.astype(np.float64)
    bad = ~((quality >= 0) & (quality <= 1))  # also true for NaN
    if bad.any():
        row = int(bad.argmax())
        raise ErrataError(f"label_quality of row {row} is {quality[row]:.4g}; expected 0 to 1: score the labels again")
    return quality


def _suspicion(quality: Doubles, draws: DrawOrder) -> IntArray:
    # Of equally suspicious images the last of the draw order comes first: the order of the rows does not matter.
    last_first = draws.order[::-1]
    return last_first[np.argsort(quality[last_first], kind="stable")]


def _same_length(quality: Doubles, draws: DrawOrder, **masks: BoolArray) -> None:
    lengths = {"the draw order": draws.order.shape, **{name: mask.shape for name, mask in masks.items()}}
    for name, shape in lengths.items():
        if shape != quality.shape:
            raise ErrataError(f"{name} has shape {shape} and label_quality {quality.shape}; expected the same images")


def random_numbers(image_ids: npt.NDArray[np.str_], seed: int) -> Doubles:
    """Return a number in (0, 1) for each image, shape (N,), which depends on its name and the seed alone."""
    hashes = [hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest() for name in image_ids.tolist()]
    # 53 bits, as many as a float64 holds; never 0
    bits = np.frombuffer(b"".join(hashes), dtype=">u8") >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) / 2.0**53
