"""The accuracy estimated from randomly drawn looks alone; pure arrays."""

from typing import NamedTuple

import numpy as np

from curation.words import counted
from models.arrays import BoolArray, Doubles
from models.errors import ErrataError
from models.figures.metrics import wilson_interval

FEW = 30  # drawn looks; with fewer the interval says little


class DrawnAccuracy(NamedTuple):
    """An accuracy that does not depend on which labels looked suspicious."""

    accuracy: float | None  # in [0, 1]; None where no look was drawn and not all images were judged
    low: float  # ends of the 95 % interval of the accuracy that judging all N images would give
    high: float
    drawn: int  # looks drawn at random: they stand for other images too
    certain: int  # images that were looked at with probability 1: they stand for themselves
    note: str  # a caveat; empty where there is none


def drawn_accuracy(right: Doubles, looked: BoolArray, inclusion: Doubles) -> DrawnAccuracy:
    """Estimate the accuracy over all N images from the looks that were drawn at known probability.

    Images that were looked at for certain count as themselves. The drawn looks represent all other images, each with
    the weight 1 / inclusion. So it does not matter which network the ranking favours.

    Args:
        right: share of a contestant's seeds that are right by the curated labels, shape (N,), in [0, 1].
        looked: whether each image has a settled verdict, shape (N,).
        inclusion: probability of having been looked at, shape (N,), as `audit_sample.inclusion` returns it.

    Raises:
        ErrataError: shapes differ, or there is no image.

    Source: Hájek's ratio estimator, Särndal, Swensson, Wretman 1992, ch. 5.7; interval: Wilson 1927 with the effective
    sample size of Kish 1965, ch. 11.7.
    """
    n = len(right)
    if not n or not right.shape == looked.shape == inclusion.shape:
        raise ErrataError(
            f"right, looked and inclusion have shapes {right.shape}, {looked.shape} and {inclusion.shape}; "
            "expected the same (N,), N at least 1"
        )
    certain = looked & (inclusion >= 1)
    sampled = looked & ~certain & (inclusion > 0)
    known, rest, drawn = int(certain.sum()), int((~certain).sum()), int(sampled.sum())
    fixed = float(right[certain].sum())
    if not rest:
        share = fixed / n
        return DrawnAccuracy(share, share, share, 0, known, "")
    if not drawn:
        note = "no look was drawn at random: errors that the ranking does not show are unknown"
        return DrawnAccuracy(None, fixed / n, (fixed + rest) / n, 0, known, note)
    weights = 1 / inclusion[sampled]
    share = float((weights * right[sampled]).sum() / weights.sum())
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    low, high = _wilson(share, effective)
    note = f"too few: only {counted(drawn, 'look was', 'looks were')} drawn at random" if drawn < FEW else ""
    value, ends = (fixed + rest * share) / n, [(fixed + rest * end) / n for end in (low, high)]
    return DrawnAccuracy(value, ends[0], ends[1], drawn, known, note)


def _wilson(share: float, effective: float) -> tuple[float, float]:
    """Return the interval of a share, for an effective sample size that need not be whole."""
    whole = max(1, int(np.floor(effective)))  # rounded down, so that the interval is not too short
    return wilson_interval(share * whole, whole)
