"""How much two given labels have in common: what the answer to one says of the other, before any answer."""

import numpy as np

from curation.scoring.learned.traits import Traits
from models.arrays import Doubles, FloatArray, IntArray

# Standard deviations of log-odds before any answer: a shift of all; along each of the first columns of the summary, and
# along the doubt of a voter; of a given class, of a suggested class, and of both together; by what images look like.
SHIFT, SLOPES, VOTER, CLASS, SIGHT = 2.0, (1.5, 1.0, 1.0, 1.0), 0.5, 0.7, 3.0
_BLOCK = 2_048  # rows at a time: their products with a thousand others stay in the cache


def products(traits: Traits, rows: IntArray, others: IntArray) -> FloatArray:
    """Return the covariance of the log-odds of labels before any answer, shape (M, n).

    Args:
        traits: of N images.
        rows: shape (M,).
        others: shape (n,).
    """
    summary = traits.summary * _slopes(traits)
    return np.asarray(SHIFT**2 + summary[rows] @ summary[others].T + by_likeness(traits, rows, others), np.float32)


def by_likeness(traits: Traits, rows: IntArray, others: IntArray) -> FloatArray:
    """Return the part of `products` that is due to looks and classes, shape (M, n): 0 for labels without likeness."""
    same = _same_classes(traits, rows, others)
    by_class = CLASS**2 * (same[0] + same[1] + same[0] * same[1])
    return np.asarray(by_class + SIGHT**2 * alike(traits, rows, others), np.float32)


def sameness(traits: Traits, rows: IntArray, others: IntArray) -> Doubles:
    """Return how far two images show the same confusion of classes and look alike, shape (M, n), in [0, 1].

    Args:
        traits: of N images.
        rows: shape (M,).
        others: shape (n,).
    """
    same = _same_classes(traits, rows, others)
    return np.asarray(alike(traits, rows, others) * (1 + same[0] + same[1] + same[0] * same[1]) / 4, np.float64)


def _slopes(traits: Traits) -> FloatArray:
    """Return the standard deviation of log-odds along each column of the summary, shape (4 + V,)."""
    return np.array([*SLOPES, *[VOTER] * (traits.summary.shape[1] - len(SLOPES))], np.float32)


def _same_classes(traits: Traits, rows: IntArray, others: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return where the given classes are the same, and where the suggested ones are, shape (M, n) each."""
    given, suggested = traits.labels, traits.suggested
    return (
        (given[rows][:, None] == given[others]).astype(np.float32),
        (suggested[rows][:, None] == suggested[others]).astype(np.float32),
    )


def alike(traits: Traits, rows: IntArray, others: IntArray) -> FloatArray:
    """Return how alike images look, shape (M, n), in [0, 1]: 1 = the same; 0 without embeddings."""
    if not traits.sight.shape[1]:
        return np.zeros((len(rows), len(others)), np.float32)
    first, second = traits.sight[rows], traits.sight[others]
    nearness = first @ second.T
    nearness -= np.square(first).sum(1)[:, None] / 2
    nearness -= np.square(second).sum(1) / 2
    return np.asarray(np.exp(nearness, out=nearness))


class Pull:
    """The products of any images with n of them times a vector, with few weights for all but the looks."""

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
        self._slopes = np.square(_slopes(traits)) * (traits.summary[rows].astype(np.float64).T @ vector)
        self._given = CLASS**2 * np.bincount(given, vector, n_classes)
        self._suggested = CLASS**2 * np.bincount(suggested, vector, n_classes)
        self._pairs, inverse = np.unique(given * n_classes + suggested, return_inverse=True)
        self._of_pair = np.append(CLASS**2 * np.bincount(inverse, vector, len(self._pairs)), 0.0)
        self._rows, self._vector = rows, SIGHT**2 * vector.astype(np.float32)

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
        sight = np.einsum("mn,n->m", alike(traits, rows, self._rows), self._vector)
        of_pair = self._of_pair[np.where(known, place, len(self._pairs))]
        by_class = self._given[given] + self._suggested[suggested] + of_pair
        return np.asarray(self._shift + traits.summary[rows] @ self._slopes + by_class + sight, np.float64)
