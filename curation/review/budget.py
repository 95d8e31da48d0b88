"""How many wrong labels there are, how many of them are left, and what the next looks will find."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from curation.review.drawn_looks import checked_quality
from curation.review.wrong_rates import draw_rates, ranking_cells
from curation.words import counted
from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.errors import ErrataError

NEXT = (50, 100, 200)  # looks ahead
_FEW = 30  # drawn looks; below, the note warns
_MATTERS = 5  # drawn looks that count as much as the fitted rates in the estimate


class Interval(NamedTuple):
    """An expected count of labels and the ends of its 90 % interval."""

    expected: float
    low: int
    high: int


@dataclass(frozen=True)
class Budget:
    """What the verdicts so far say about the wrong labels of some images."""

    looked: int  # images with a verdict; unsure does not count
    unsure: int
    drawn: int  # images looked at that stand for other images because they were drawn
    found: int  # wrong labels among the images looked at
    total: Interval  # wrong labels, found or not
    left: Interval  # wrong labels not found
    next_finds: dict[int, Interval]  # looks ahead -> wrong labels found by them; fewer looks where fewer are left
    ahead: int  # images nobody looked at
    note: str  # what to keep in mind; may be empty
    models: float  # wrong labels, found or not: where nobody looked, by the models alone
    models_next: dict[int, float]  # looks ahead -> wrong labels found by them, by the models alone


def estimate(
    label_quality: FloatArray,
    looked: BoolArray,
    wrong: BoolArray,
    inclusion: Doubles,
    unsure: BoolArray | None = None,
    upcoming: IntArray | None = None,
    proposed: BoolArray | None = None,
    models: FloatArray | None = None,
    picked: BoolArray | None = None,
) -> Budget:
    """Estimate the wrong labels among some images: all of them, a split, a class.

    Images that were looked at for certain count as their verdicts. For all other images, label quality gives the
    probability that each label is wrong, calibrated by the verdicts. The verdicts drawn at known probability correct
    the sum of these by the difference estimator, shrunk by n / (n + 5) so that two looks do not speak for thousands.
    The interval comes from the posterior of the calibration. With fewer drawn looks, less of its tails is cut.

    Args:
        label_quality: shape (N,), in [0, 1], low = suspicious; of any subset of the images given to `inclusion`.
        looked: whether each image has a verdict other than unsure, shape (N,).
        wrong: whether that verdict is that the label is wrong, shape (N,).
        inclusion: probability of having been looked at, shape (N,), as `drawn_looks.inclusion` returns it.
        unsure: whether somebody looked and could not tell, shape (N,); counts as not looked at.
        upcoming: rows in the order in which they are looked at next, shape (M,); None = the most suspicious first.
        proposed: which images were looked at because their label quality as it was then proposed it, shape (N,): their
            verdicts calibrate it, wherever they stand; None = none beside those of the ranking's unbroken run.
        picked: which images a person chose to look at, alone or many at once, shape (N,): they count as their verdicts,
            and what these say of other images is not believed; None = none.
        models: the models' probability that each label is right, shape (N,), which no verdict changes; None = it is
            `label_quality`.

    Returns:
        counts with 90 % intervals, always found <= low <= expected <= high <= found + images without a verdict.

    Raises:
        ErrataError: no image, shapes disagree, a number out of range, or a wrong label that nobody looked at.

    Source: difference estimator, Särndal, Swensson, Wretman 1992, ch. 6.3; weights 1 / inclusion, Horvitz and Thompson
    1952, doi:10.2307/2280784; Laplace approximation, Rasmussen and Williams 2006, ch. 3.4, corrected by importance
    sampling. Coverage is measured by tests/benchmarks/bench_budget.py.
    """
    quality = checked_quality(label_quality)
    unsure = np.zeros(len(quality), np.bool_) if unsure is None else unsure
    _check(quality, inclusion, looked=looked, wrong=wrong, unsure=unsure)
    ahead = _ahead(quality, looked | unsure) if upcoming is None else _checked_rows(upcoming, looked | unsure)
    cells, head = ranking_cells(quality, inclusion)
    drawn = looked & (inclusion < 1)
    known = head | (inclusion < 1) if proposed is None else head | (inclusion < 1) | proposed
    if picked is not None:
        known &= ~picked
    rates = draw_rates(quality, cells, looked & known, wrong)  # (draws, cells)
    found, left = int(wrong.sum()), np.bincount(cells[~looked], minlength=rates.shape[1])
    random = np.random.default_rng(0)  # the same verdicts, the same answer
    likely = rates.mean(0)[cells]  # (N,)
    n = int(drawn.sum())
    answered = n / (n + int((unsure & (inclusion < 1)).sum())) if n else 1.0
    surprise = difference(wrong[drawn], likely[drawn], inclusion[drawn] * answered) - (wrong - likely)[drawn].sum()
    expected = float(likely[~looked].sum() + n / (n + _MATTERS) * surprise)
    rest = _interval(random.binomial(left, rates).sum(1), expected, n, bool((drawn & wrong).any()))
    doubt = 1 - (quality if models is None else checked_quality(models))
    finds = {}
    for looks in NEXT:
        rows = np.bincount(cells[ahead[:looks]], minlength=rates.shape[1])
        hits = random.binomial(rows, rates).sum(1)
        finds[looks] = _interval(hits, float(likely[ahead[:looks]].sum()), n, found > 0)
    total = Interval(found + rest.expected, found + rest.low, found + rest.high)
    note = _note(looked, unsure, drawn, wrong, rest)
    untouched = int((~looked & ~unsure).sum())
    by_models = found + float(doubt[~looked].sum())
    models_next = {looks: float(doubt[ahead[:looks]].sum()) for looks in NEXT}
    judged, in_doubt = int(looked.sum()), int(unsure.sum())
    return Budget(judged, in_doubt, n, found, total, rest, finds, untouched, note, by_models, models_next)


def difference(wrong: BoolArray, likely: Doubles, inclusion: Doubles) -> float:
    """Return the number of wrong labels in a population minus the sum of guesses, as estimated from a sample.

    Added to the sum of the guesses it estimates the number of wrong labels without bias, however bad the guesses are,
    if they do not depend on which images were drawn.

    Args:
        wrong: verdicts on the sample, shape (n,).
        likely: guessed probability of each being wrong, shape (n,).
        inclusion: probability of each being in the sample, shape (n,), in (0, 1].

    Source: Särndal, Swensson, Wretman 1992, equation 6.3.2; with `likely` 0 that of Horvitz and Thompson 1952.
    """
    return float(((wrong - likely) / inclusion).sum())


def review_curve(rows: IntArray, wrong: BoolArray) -> IntArray:
    """Return how many wrong labels were found after 0, 1, … looks, shape (looks + 1,).

    Args:
        rows: the images in the order they were looked at; of repeated looks at an image the first counts.
        wrong: whether each image's label was found wrong, shape (N,).

    Raises:
        ErrataError: a row is outside 0..N-1.
    """
    rows = _checked_rows(rows, np.zeros(len(wrong), np.bool_))
    first = np.sort(np.unique(rows, return_index=True)[1])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(wrong[rows[first]], dtype=np.int64)])


def _check(quality: Doubles, inclusion: Doubles, **masks: BoolArray) -> None:
    if not len(quality):
        raise ErrataError("there is no image to estimate wrong labels of; choose a split or class that has some")
    for name, values in {"inclusion": inclusion, **masks}.items():
        if values.shape != quality.shape:
            raise ErrataError(f"{name} has shape {values.shape} and label_quality {quality.shape}; expected the same")
    for name, bad, say in (
        ("inclusion", ~((inclusion >= 0) & (inclusion <= 1)), "is not in 0 to 1"),
        ("inclusion", masks["looked"] & (inclusion == 0), "is 0 though somebody looked at it"),
        ("wrong", masks["wrong"] & ~masks["looked"], "is true though nobody looked at it"),
        ("unsure", masks["unsure"] & masks["looked"], "is true though it has a verdict"),
    ):
        if bad.any():
            raise ErrataError(f"{name} of row {int(bad.argmax())} {say}; count each image's verdict in force once")


def _checked_rows(rows: IntArray, looked: BoolArray) -> IntArray:
    outside = (rows < 0) | (rows >= len(looked))
    if outside.any():
        row = int(rows[outside][0])
        raise ErrataError(f"there is no row {row}; expected 0 to {len(looked) - 1}, places among the same images")
    return rows[~looked[rows]]


def _ahead(quality: Doubles, looked: BoolArray) -> IntArray:
    rows = np.argsort(quality, kind="stable")
    return rows[~looked[rows]]


def _interval(counts: IntArray, expected: float, n: int, any_wrong: bool) -> Interval:
    # 2.5 % on either side from many drawn looks, 0.25 % from none: simulated reviews need that to hold the truth.
    tail = 0.025 * (n + 1) / (n + 10)
    low = int(np.quantile(counts, tail, method="lower")) if any_wrong else 0  # nothing says that any is wrong
    high = int(np.quantile(counts, 1 - tail, method="higher"))
    return Interval(float(np.clip(expected, low, high)), low, high)


def _note(looked: BoolArray, unsure: BoolArray, drawn: BoolArray, wrong: BoolArray, left: Interval) -> str:
    n, notes = int(drawn.sum()), []
    if looked.all():
        return "every image has a verdict: the count is exact"
    if looked.any() and not n:
        notes.append("no look was drawn at random yet: nobody knows what the ranking hides")
    elif 0 < n < _FEW:
        notes.append(f"only {counted(n, 'look was', 'looks were')} drawn at random: the range is wide")
    if n and not (drawn & wrong).any():
        hopeful = ": perhaps none is left" if round(left.expected) == 0 else ""
        notes.append(f"no label drawn at random was wrong (n = {n}){hopeful}")
    if unsure.any():
        notes.append(f"{int(unsure.sum())} unsure count as not looked at")
    return "; ".join(notes)
