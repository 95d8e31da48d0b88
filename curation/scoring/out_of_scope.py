"""Images that show none of the classes: farther from each class than their distance to all images lets expect."""

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray

_AXES = 64  # principal axes that count; further ones hold what is particular to each photograph
FEWEST = 50  # images: among fewer, strange ones cannot be told
_SHRINK = 0.05  # of a covariance towards a round one of the same size
_EDGE = 7.0  # deviations from the median that count as half out of scope; chosen on `scenes` (docs/results.md)


def scope_axes(n: int) -> int:
    """Return how many principal axes count, where n images tell what the classes look like."""
    return max(1, min(_AXES, n // 10))


def strangeness(
    features: FloatArray, labels: IntArray, n_classes: int, learn: BoolArray, weights: FloatArray
) -> FloatArray:
    """Return how far each image is from the nearest class, shape (N,), in robust deviations; high = strange.

    This is the Mahalanobis distance to the nearest class minus that to the mean of all images: general properties of
    an image, such as its sharpness, are in both and cancel. Images that the classes were learned from lie nearer than
    other images, so each of these two kinds is compared with its own median; it is 0 for a kind with few images.

    Args:
        features: of one frozen backbone on its first principal axes, shape (N, M).
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: which images tell what the classes look like, shape (N,).
        weights: how far each label is trusted, shape (N,), in [0, 1].

    Source: relative Mahalanobis distance, Ren et al. 2021, arXiv:2106.09022.
    """
    trusted = np.where(learn, weights, 0).astype(np.float32)
    share = np.zeros((len(labels), n_classes), np.float32)
    share[np.arange(len(labels)), labels] = trusted
    sums = share.sum(0)
    present = np.flatnonzero(sums > 0)
    means = (share.T @ features)[present] / sums[present, None]  # (P, M)
    centre = np.average(features, axis=0, weights=trusted)
    place = np.zeros(n_classes, np.int64)
    place[present] = np.arange(len(present))
    mean_of_label = means[place[labels]]
    within, around = _precision(features - mean_of_label, trusted), _precision(features - centre, trusted)
    nearest = np.min([_squared(features - mean, within) for mean in means], axis=0)
    relative = nearest - _squared(features - centre, around)
    deviations = np.zeros(len(labels), np.float32)
    for rows in (np.flatnonzero(learn), np.flatnonzero(~learn)):
        if len(rows) >= FEWEST:
            middle = np.median(relative[rows])
            spread = 1.4826 * np.median(np.abs(relative[rows] - middle))
            deviations[rows] = (relative[rows] - middle) / max(float(spread), 1e-6)
    return deviations


def out_of_scope(deviations: FloatArray) -> FloatArray:
    """Return the score of showing none of the classes, shape (N,), in [0, 1], high = no class fits."""
    return np.asarray(1 / (1 + np.exp(np.clip(_EDGE - deviations, -50, 50))), np.float32)


def _precision(apart: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the inverse of the weighted covariance of differences, shape (M, M)."""
    covariance = (apart * weights[:, None]).T @ apart / weights.sum()
    size = np.trace(covariance) / len(covariance)
    return np.asarray(np.linalg.inv(covariance + (_SHRINK * size + 1e-12) * np.eye(len(covariance))), np.float32)


def _squared(apart: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the squared Mahalanobis length of differences, shape (N,)."""
    return np.asarray(((apart @ precision) * apart).sum(1), np.float32)
