"""How much two given labels have in common: what the answer to one says of the other, before any answer."""

import numpy as np

from curation.scoring.traits import Traits
from models.arrays import Doubles, FloatArray, IntArray

# Standard deviations of log-odds before any answer: a shift of all; along each column of the summary; of a given class,
# of a suggested class, and of both together; by what images look like, for all alike and for each given class.
SHIFT, SLOPES, CLASS, SIGHT = 2.0, (1.5, 1.0, 1.0, 1.0), 0.7, 2.0
_BLOCK = 16_384  # rows at a time


def products(traits: Traits, rows: IntArray, others: IntArray) -> Doubles:
    """Return the covariance of the log-odds of labels before any answer, shape (M, n).

    Args:
        traits: of N images.
        rows: shape (M,).
        others: shape (n,).
    """
    summary = traits.summary * np.array(SLOPES, np.float32)
    return np.asarray(SHIFT**2 + summary[rows] @ summary[others].T + by_likeness(traits, rows, others), np.float64)


def by_likeness(traits: Traits, rows: IntArray, others: IntArray) -> Doubles:
    """Return the part of `products` that is due to looks and classes, shape (M, n): 0 for labels without likeness."""
    same = _same_classes(traits, rows, others)
    by_class = CLASS**2 * (same[0] + same[1] + same[0] * same[1])
    return np.asarray(by_class + SIGHT**2 * alike(traits, rows, others) * (1.0 + same[0]), np.float64)


def sameness(traits: Traits, rows: IntArray, others: IntArray) -> Doubles:
    """Return how far two images show the same confusion of classes and look alike, shape (M, n), in [-1, 1].

    Args:
        traits: of N images.
        rows: shape (M,).
        others: shape (n,).
    """
    same = _same_classes(traits, rows, others)
    return np.asarray(alike(traits, rows, others) * (1 + same[0] + same[1] + same[0] * same[1]) / 4, np.float64)


def _same_classes(traits: Traits, rows: IntArray, others: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return where the given classes are the same, and where the suggested ones are, shape (M, n) each."""
    given, suggested = traits.labels, traits.suggested
    return (
        (given[rows][:, None] == given[others]).astype(np.float32),
        (suggested[rows][:, None] == suggested[others]).astype(np.float32),
    )


def alike(traits: Traits, rows: IntArray, others: IntArray) -> FloatArray:
    """Return how alike images look, shape (M, n): 1 = the same; 0 without embeddings."""
    return np.asarray(traits.sight[rows].astype(np.float32) @ traits.sight[others].astype(np.float32).T)


class Pull:
    """The products of any images with n of them times a vector, with few weights in place of n products a row."""

    def __init__(self, traits: Traits, rows: IntArray, vector: Doubles):
        """Sum the vector along each of the things that labels have in common.

        Args:
            traits: of N images.
            rows: of the n images, shape (n,).
            vector: shape (n,).
        """
        self._traits, n_classes = traits, traits.probs.shape[1]
        given, suggested = traits.labels[rows], traits.suggested[rows]
        self._shift = SHIFT**2 * float(vector.sum())
        self._slopes = np.square(SLOPES) * (traits.summary[rows].astype(np.float64).T @ vector)
        self._given = CLASS**2 * np.bincount(given, vector, n_classes)
        self._suggested = CLASS**2 * np.bincount(suggested, vector, n_classes)
        self._pairs, inverse = np.unique(given * n_classes + suggested, return_inverse=True)
        self._of_pair = np.append(CLASS**2 * np.bincount(inverse, vector, len(self._pairs)), 0.0)
        sight = SIGHT**2 * traits.sight[rows].astype(np.float32) * vector.astype(np.float32)[:, None]
        self._sight = np.tile(sight.sum(0), (n_classes, 1))  # (K, D)
        np.add.at(self._sight, given, sight)

    def on(self, rows: IntArray) -> Doubles:
        """Return the products with the vector, shape (M,)."""
        blocks = [self._on(rows[start : start + _BLOCK]) for start in range(0, len(rows), _BLOCK)]
        return np.concatenate([np.zeros(0), *blocks])

    def _on(self, rows: IntArray) -> Doubles:
        traits = self._traits
        given, suggested = traits.labels[rows], traits.suggested[rows]
        pair = given * traits.probs.shape[1] + suggested
        place = np.searchsorted(self._pairs, pair)
        known = np.append(self._pairs, -1)[place] == pair
        sight = np.einsum("md,md->m", traits.sight[rows].astype(np.float32), self._sight[given])
        of_pair = self._of_pair[np.where(known, place, len(self._pairs))]
        by_class = self._given[given] + self._suggested[suggested] + of_pair
        return np.asarray(self._shift + traits.summary[rows] @ self._slopes + by_class + sight, np.float64)
