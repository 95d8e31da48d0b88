"""Which images a model gets wrong according to the given labels; pure arrays."""

from dataclasses import dataclass

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray


def cell_rows(labels: IntArray, probs: FloatArray, counted: BoolArray, given: int, predicted: int) -> IntArray:
    """Return the rows in one cell of a confusion matrix, the surest predictions first.

    Args:
        labels: given class indices, shape (N,).
        probs: of one model, shape (N, K).
        counted: which rows count, shape (N,).
        given: the cell's given class.
        predicted: the cell's predicted class.
    """
    rows = np.flatnonzero(counted & (labels == given) & (probs.argmax(1) == predicted))
    return rows[np.argsort(-probs[rows, predicted], kind="stable")]


def worst_errors(labels: IntArray, probs: FloatArray, counted: BoolArray) -> list[IntArray]:
    """Return for each class the rows so labelled that the model calls another, the surest first.

    Args:
        labels: given class indices, shape (N,).
        probs: of one model, shape (N, K).
        counted: which rows count, shape (N,).

    Returns:
        K arrays of row numbers.
    """
    wrong = np.flatnonzero(counted & (probs.argmax(1) != labels))
    wrong = wrong[np.argsort(-probs[wrong].max(1), kind="stable")]
    return [wrong[labels[wrong] == label] for label in range(probs.shape[1])]


def same_predictions(predicted: IntArray, counted: BoolArray) -> FloatArray:
    """Return the share of the rows on which two models predict the same class, shape (M, M), in [0, 1].

    All shares are 1 where no row counts.

    Args:
        predicted: class indices of M models, shape (M, N).
        counted: which rows count, shape (N,).
    """
    if not counted.any():
        return np.ones((len(predicted), len(predicted)), np.float32)
    chosen = predicted[:, counted]
    return np.asarray((chosen[:, None] == chosen[None]).mean(2), np.float32)


@dataclass(frozen=True)
class ClassPair:
    """Estimated number of images of a given label that show another class."""

    given: int
    shown: int
    images: int  # estimated
    share: float  # of the images with that given label, in [0, 1]


def class_pairs(joint: FloatArray) -> list[ClassPair]:
    """Return the pairs with at least one image, the most images first.

    Args:
        joint: estimated number of images of each given label (row) that show each class, shape (K, K); see
            `curation.scoring.findings.Findings.joint`.
    """
    totals = joint.sum(1)
    given, shown = np.nonzero(joint >= 0.5)
    images = np.rint(joint[given, shown]).astype(np.int64)
    order = np.argsort(-images, kind="stable")
    pairs = zip(given[order].tolist(), shown[order].tolist(), images[order].tolist(), strict=True)
    return [ClassPair(i, j, n, float(joint[i, j] / totals[i])) for i, j, n in pairs if n and i != j]
