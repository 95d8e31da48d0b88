"""Confident learning: which labels count as another class, and how often each class is taken for another.

Everything here is `labels (N,)` and `probs (N, K)` in, arrays out.
"""

import numpy as np

from curation.scoring.scores import check
from models.arrays import FloatArray, IntArray

NONE = -1  # no class is confident
_SLACK = 1e-6  # a probability this little below its threshold still counts, as in cleanlab


def thresholds(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Return the probability from which on a class counts as confident, shape (K,): the mean over its labels.

    A class without labels has a threshold of 2, which no probability reaches.

    Raises:
        ValueError: as `curation.scoring.scores.self_confidence`.
    """
    check(labels, probs)
    counts = np.bincount(labels, minlength=probs.shape[1])
    sums = np.bincount(labels, weights=probs[np.arange(len(labels)), labels], minlength=probs.shape[1])
    return np.where(counts > 0, np.maximum(sums / np.maximum(counts, 1), 2 * _SLACK), 2.0)


def confident_class(labels: IntArray, probs: FloatArray, least: float = 0.0) -> IntArray:
    """Return the class that each image confidently shows, shape (N,); `NONE` where no class reaches its threshold.

    Where several classes do, it is the most probable of all classes.

    Args:
        labels: given class indices, shape (N,).
        probs: shape (N, K), rows sum to 1.
        least: no threshold is lower, in [0, 1].

    Raises:
        ValueError: as `curation.scoring.scores.self_confidence`.
    """
    confident = probs >= np.maximum(thresholds(labels, probs), least) - _SLACK  # (N, K)
    count = confident.sum(1)
    first = confident.argmax(1) if probs.shape[1] else np.zeros(len(probs), np.int64)
    shown = np.where(count > 1, probs.argmax(1) if probs.shape[1] else 0, first)
    return np.where(count > 0, shown, NONE).astype(np.int64)


def confident_joint(labels: IntArray, probs: FloatArray) -> IntArray:
    """Return how many images of each given label confidently show each class, shape (K, K): row = given label.

    The diagonal is at least 1.

    Raises:
        ValueError: as `curation.scoring.scores.self_confidence`.

    Source: Northcutt et al. 2021, doi:10.1613/jair.1.12125; same values as cleanlab.count (tested).
    """
    return _joint(labels, confident_class(labels, probs), probs.shape[1])


def _joint(labels: IntArray, shown: IntArray, n_classes: int) -> IntArray:
    known = shown != NONE
    counts = np.bincount(labels[known] * n_classes + shown[known], minlength=n_classes**2)
    joint = counts.reshape(n_classes, n_classes).astype(np.int64)
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    return joint


def estimated_joint(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Return the estimated number of images of each given label that show each class, shape (K, K): row = given label.

    Each row sums to the number of images with that label; the sum off the diagonal estimates the wrong labels. It is
    too low where the classifier is unsure of many images (docs/studies/ranking.md). Beside confident learning, a class
    is shown only where it is at least as probable as by chance, 1 / K: few of a hundred times rarer class are ever
    believed, and its threshold is so low that many images of the common class would reach it.

    Raises:
        ValueError: as `curation.scoring.scores.self_confidence`.
    """
    n_classes = probs.shape[1]
    joint = _joint(labels, confident_class(labels, probs, 1 / max(n_classes, 1)), n_classes).astype(np.float64)
    counts = np.bincount(labels, minlength=len(joint))
    return np.asarray(joint / joint.sum(1, keepdims=True) * counts[:, None])
