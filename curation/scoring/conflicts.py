"""Copies of one picture with different labels: all but one of these labels are surely wrong, and rank first."""

import numpy as np

from models.arrays import FloatArray, IntArray

STEP = 1e-9  # between the scores of contradicted labels: far below any probability that matters


def conflicts_first(labels: IntArray, groups: IntArray, label_quality: FloatArray) -> FloatArray:
    """Return the label quality with contradicted labels first: those whose copy has a label the models believe more.

    In each group the label of the copy with the highest quality stands. Rows with that label keep their score: putting
    both sides first would double the number of images to look at.

    Args:
        labels: given class indices, shape (N,).
        groups: copies share a number, shape (N,); see `curation.images.duplicates.Duplicates.groups`.
        label_quality: shape (N,), in [0, 1], low = suspicious.

    Returns:
        shape (N,), float32 in [0, 1]: multiples of 1e-9 for contradicted rows, in the order of their quality; at least
        one step more for all other rows. A second call changes nothing (tested).
    """
    quality = np.asarray(label_quality, np.float32).copy()
    by_group = np.lexsort((-np.arange(len(quality)), quality, groups))  # the last row of each group stands
    last_of_group = np.flatnonzero(np.diff(groups[by_group], append=-1))
    standing = np.full(int(groups.max(initial=-1)) + 1, -1, np.int64)
    standing[groups[by_group[last_of_group]]] = labels[by_group[last_of_group]]
    contradicted = np.flatnonzero(labels != standing[groups])
    contradicted = contradicted[np.argsort(quality[contradicted], kind="stable")]
    uncontradicted = np.ones(len(quality), bool)
    uncontradicted[contradicted] = False
    quality[uncontradicted] = np.maximum(quality[uncontradicted], np.float32(STEP * len(contradicted)))
    quality[contradicted] = STEP * np.arange(len(contradicted))
    return quality
