"""Wrong labels planted on known ones: who makes which mistakes is chosen here, and drawn from a seed."""

from collections.abc import Callable

import numpy as np

from models.arrays import FloatArray, IntArray


def symmetric(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share, drawn at random, became any other class, shape (N,)."""
    return _replaced(true, _some(true, share, draws), lambda rows: _others(true[rows], int(true.max()) + 1, draws))


def class_pair(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share became the next class, as where two names are mixed up, shape (N,)."""
    return _replaced(true, _some(true, share, draws), lambda rows: (true[rows] + 1) % (int(true.max()) + 1))


def by_similarity(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share became the class whose mean is nearest, drawn the likelier the nearer it is.

    As people do, who mix up what looks alike: an image halfway between two classes is the likeliest to be mislabelled.
    Features, shape (N, D), are those of a frozen backbone, so this noise is the hardest for whoever uses the same.
    """
    classes = np.arange(int(true.max()) + 1)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    likeness = unit @ np.stack([unit[true == k].mean(0) for k in classes]).T
    own = likeness[np.arange(len(true)), true]
    likeness[np.arange(len(true)), true] = -np.inf
    gap = (own - likeness.max(1)) / own.std()
    chance = np.exp(-gap)
    rows = draws.choice(len(true), round(share * len(true)), replace=False, p=chance / chance.sum())
    return _replaced(true, rows, lambda rows: likeness[rows].argmax(1))


NOISE: dict[str, Callable[[IntArray, FloatArray, float, np.random.Generator], IntArray]] = {
    "symmetric": symmetric,
    "class pair": class_pair,
    "by similarity": by_similarity,
}


def _some(true: IntArray, share: float, draws: np.random.Generator) -> IntArray:
    return draws.choice(len(true), round(share * len(true)), replace=False)


def _others(own: IntArray, n_classes: int, draws: np.random.Generator) -> IntArray:
    return (own + draws.integers(1, n_classes, len(own))) % n_classes


def _replaced(true: IntArray, rows: IntArray, new: Callable[[IntArray], IntArray]) -> IntArray:
    labels = true.copy()
    labels[rows] = new(rows)
    return labels
