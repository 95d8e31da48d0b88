"""The accuracy that the randomly drawn looks alone speak for; pure arrays."""

from typing import NamedTuple

import numpy as np

from models.arrays import BoolArray, Doubles
from models.errors import ErrataError
from models.figures.metrics import wilson_interval

FEW = 30  # drawn looks; with fewer the interval says little


class DrawnAccuracy(NamedTuple):
    """An accuracy on labels that nobody chose for being suspicious."""

    accuracy: float | None  # in [0, 1]; None where no look was drawn and not all were judged
    low: float  # ends of the 95 % interval of what judging all N images would give
    high: float
    drawn: int  # looks that stand for others because they were drawn
    certain: int  # images that would have been looked at whatever was drawn: they stand for themselves
    note: str  # what to keep in mind, empty where nothing


def drawn_accuracy(right: Doubles, looked: BoolArray, inclusion: Doubles) -> DrawnAccuracy:
    """Estimate the accuracy that judging all N images would give, from looks whose probability is known.

    Images down to where every suspicious one was looked at count as themselves. The others are represented by the
    looks that were drawn, each with the weight 1 / inclusion: whom the ranking favours does not matter.

    Args:
        right: how right a contestant is by the curated labels, shape (N,), in [0, 1]: the share of its seeds.
        looked: whether each image has a settled verdict, shape (N,).
        inclusion: probability of having been looked at, shape (N,), as `audit_sample.inclusion` returns it.

    Raises:
        ErrataError: shapes disagree, or there is no image.

    Source: Hájek's ratio estimator, Särndal, Swensson, Wretman 1992, ch. 5.7; interval: Wilson 1927 with the effective
    sample size of Kish 1965, ch. 11.7.
    """
    n = len(right)
    if not n or not right.shape == looked.shape == inclusion.shape:
        raise ErrataError(
            f"right, looked and inclusion have shapes {right.shape}, {looked.shape} and {inclusion.shape}; "
            "expected the same (N,) with an image at least"
        )
    certain = looked & (inclusion >= 1)
    sampled = looked & ~certain & (inclusion > 0)
    known, rest, drawn = int(certain.sum()), int((~certain).sum()), int(sampled.sum())
    fixed = float(right[certain].sum())
    if not rest:
        share = fixed / n
        return DrawnAccuracy(share, share, share, 0, known, "")
    if not drawn:
        note = "no look was drawn at random: nobody knows what the ranking hides"
        return DrawnAccuracy(None, fixed / n, (fixed + rest) / n, 0, known, note)
    weights = 1 / inclusion[sampled]
    share = float((weights * right[sampled]).sum() / weights.sum())
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    low, high = _wilson(share, effective)
    note = f"too few: only {drawn} {'look was' if drawn == 1 else 'looks were'} drawn at random" if drawn < FEW else ""
    value, ends = (fixed + rest * share) / n, [(fixed + rest * end) / n for end in (low, high)]
    return DrawnAccuracy(value, ends[0], ends[1], drawn, known, note)


def _wilson(share: float, effective: float) -> tuple[float, float]:
    """Return the interval of a share of a sample whose effective size need not be whole."""
    whole = max(1, int(np.floor(effective)))  # rounded down: the interval is not too short
    return wilson_interval(share * whole, whole)
