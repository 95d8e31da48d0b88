"""Sums of rows by their class."""

import numpy as np

from models.arrays import FloatArray, IntArray


def class_sums(rows: FloatArray, labels: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the classes that occur, shape (P,), growing, and the sum of the rows of each, shape (P, M).

    Args:
        rows: shape (N, M), at least one.
        labels: class indices, shape (N,).
    """
    order = np.argsort(labels, kind="stable")
    present, first = np.unique(labels[order], return_index=True)
    return present, np.add.reduceat(rows[order], first)
