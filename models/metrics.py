"""Figures about predictions, with their intervals."""

import math

import numpy as np

from models.arrays import FloatArray, IntArray


def accuracy(labels: IntArray, probs: FloatArray) -> float:
    """Return the share of rows, in [0, 1], whose most probable class is the label; NaN for no rows."""
    return float((probs.argmax(1) == labels).mean()) if len(labels) else math.nan


def wilson_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share of n independent trials, 95 % at z = 1.96; (0, 1) for n = 0.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def confusion(labels: IntArray, predicted: IntArray, n_classes: int) -> IntArray:
    """Return counts, shape (K, K): row = label, column = prediction."""
    flat = np.bincount(labels * n_classes + predicted, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes).astype(np.int64)


def log_loss(labels: IntArray, probs: FloatArray) -> float:
    """Return the mean negative log probability of the labels, in nats, at most 27.6 a row; NaN for no rows."""
    if not len(labels):
        return math.nan
    given = probs[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given, 1e-12)).mean())
