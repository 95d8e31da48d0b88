"""A few images of each class, drawn by seed: they show what the labels of a data set mean."""

import numpy as np

from curation.datasets.rows import Rows
from models.arrays import IntArray


def class_samples(rows: Rows, split: str | None, count: int, seed: int) -> list[IntArray]:
    """Return up to `count` rows of each class, shape (<= count,) each, in the order in which they are drawn.

    Args:
        rows: N images, K classes.
        split: draws from this split only; None: from all.
        count: images of a class; all where it has fewer.
        seed: another seed, another draw; the draw of a class does not depend on other classes.

    Returns:
        K arrays of row numbers; empty for a class without images in the split.
    """
    in_split = np.ones(len(rows), bool) if split is None else rows.splits == split
    drawn = []
    for label in range(len(rows.classes)):
        members = np.flatnonzero(in_split & (rows.labels == label))
        drawn.append(np.random.default_rng([seed, label]).permutation(members)[:count])
    return drawn
