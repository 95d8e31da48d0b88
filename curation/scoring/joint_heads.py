"""Linear heads on all features of several frozen backbones; each image is judged by heads fitted to other images."""

from collections.abc import Sequence

import numpy as np

from curation.scoring.groundwork import Groundwork
from curation.scoring.principal_axes import AXES, joint_axes
from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.figures.folds import judging_folds
from models.figures.predictions import NO_FOLD

FOLDS = 5


def joint_heads(
    evidence: Sequence[Features],
    labels: IntArray,
    n_classes: int,
    learn: BoolArray,
    groups: IntArray,
    seed: int,
    groundwork: Groundwork | None = None,
) -> FloatArray:
    """Return out-of-fold probabilities of logistic regressions on the principal axes of all features, shape (N, K).

    Log loss and the judge's squared error fail on different images: the mean of both is better than each alone.

    Args:
        evidence: features of each backbone, shape (N, D); no network that made them may have learned from the labels.
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: whose labels may be learned from, shape (N,), of at least two groups; other images are judged by the mean
            of all heads, or by the head that did not see their copy.
        groups: copies share a group, shape (N,): no image is judged by a copy's label.
        seed: draws the folds.
        groundwork: of an earlier judgement of the same images: fitting starts from its heads and keeps their penalties.
            Where it has none, the heads of this judgement are put there.
    """
    from models.jobs.heads import Heads, fit_heads  # not at the top: torch, and reading findings needs none

    groundwork = groundwork or Groundwork()
    features, _ = joint_axes(evidence, AXES, seed, False, groundwork.axes, groundwork.scratch)
    fold = np.full(len(labels), NO_FOLD)
    fold[learn] = deal_folds(labels[learn], groups[learn], seed)
    rows = (fold != np.arange(fold.max() + 1)[:, None]) & learn  # (F, N)
    start = Heads(**groundwork.heads).of_classes(n_classes) if groundwork.heads else None
    start = start if start and len(start.penalty) == len(rows) else None  # fewer folds, where few images are left
    heads = fit_heads(features, labels, rows, groups, n_classes, seed, standardise=False, start=start)
    groundwork.heads = groundwork.heads or vars(heads)
    return heads.held_out(features, judging_folds(fold, groups))


def deal_folds(labels: IntArray, groups: IntArray, seed: int) -> IntArray:
    """Return the fold of each row, shape (N,): groups stay whole, and each class is dealt out evenly.

    Unlike the folds of an audit, these need not hold every class: a head that never saw a class gives it little.
    """
    _, first, members = np.unique(groups, return_index=True, return_inverse=True)
    dealt = np.lexsort((np.random.default_rng(seed).permutation(len(first)), labels[first]))
    fold = np.empty(len(first), np.int64)
    fold[dealt] = np.arange(len(first)) % min(FOLDS, len(first))
    return fold[members]
