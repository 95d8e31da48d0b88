"""Images that show none of the classes: far from each class, and without near neighbours among the other images."""

import numpy as np

from curation.scoring.neighbours import VOTERS, nearest_images
from models.arrays import BoolArray, FloatArray, IntArray

_AXES = 64  # principal axes that count; further ones hold what is particular to each photograph
FEWEST = 50  # images: among fewer, strange ones cannot be told
_SHRINK = 0.05  # of a covariance towards a round one of the same size
_LEAST_SPREAD = 1e-3  # of distances and cosines that are to be told apart
_COMPARED = 20_000  # images among which neighbours are sought, at most
# Log-odds of no class = isolation + strangeness / 2 - 5, in robust deviations. Distances to a class have the heavier
# tail, hence the half. Chosen on `scenes` (docs/results.md).
_OF_STRANGENESS, _EDGE = 0.5, 5.0


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
    return _deviations(relative, learn)


def isolation(features: FloatArray, learn: BoolArray, groups: IntArray, seed: int = 0) -> FloatArray:
    """Return how unlike its nearest images each image is, shape (N,), in robust deviations; high = isolated.

    This is the mean cosine to the 20 nearest of the images that models learned from, negated. Fewer neighbours miss
    oddments that resemble each other. Like `strangeness`, it is 0 for a kind with few images.

    Args:
        features: of all frozen backbones side by side, each on its first principal axes, shape (N, M).
        learn: which images may be neighbours, shape (N,).
        groups: copies share a group, shape (N,), and are no neighbours.
        seed: draws the images that are compared with where there are more than 20,000.

    Source: distance to the nearest neighbours, Sun et al. 2022, arXiv:2204.06507.
    """
    among = np.zeros(len(features), bool)
    among[np.random.default_rng(seed).permutation(np.flatnonzero(learn))[:_COMPARED]] = True
    cosines = nearest_images(features, among, groups, VOTERS)[1]
    there = np.isfinite(cosines)
    likeness = np.where(there, cosines, 0).sum(1) / np.maximum(there.sum(1), 1)
    return _deviations(-likeness, learn)


def _deviations(values: FloatArray, learn: BoolArray) -> FloatArray:
    """Return values less their median by their robust spread, shape (N,), learned images and others by themselves."""
    deviations = np.zeros(len(values), np.float32)
    for rows in (np.flatnonzero(learn), np.flatnonzero(~learn)):
        if len(rows) >= FEWEST:
            middle = np.median(values[rows])
            spread = 1.4826 * np.median(np.abs(values[rows] - middle))
            deviations[rows] = (values[rows] - middle) / max(float(spread), _LEAST_SPREAD)
    return deviations


def out_of_scope(strange: FloatArray, isolated: FloatArray) -> FloatArray:
    """Return the score of showing none of the classes, shape (N,), in [0, 1], high = no class fits.

    Args:
        strange: as `strangeness` returns it, the mean over the backbones, shape (N,).
        isolated: as `isolation` returns it, shape (N,).
    """
    log_odds = np.clip(isolated + _OF_STRANGENESS * strange - _EDGE, -50, 50)
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def _precision(apart: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the inverse of the weighted covariance of differences, shape (M, M)."""
    covariance = (apart * weights[:, None]).T @ apart / weights.sum()
    size = np.trace(covariance) / len(covariance)
    return np.asarray(np.linalg.inv(covariance + (_SHRINK * size + 1e-12) * np.eye(len(covariance))), np.float32)


def _squared(apart: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the squared Mahalanobis length of differences, shape (N,)."""
    return np.asarray(((apart @ precision) * apart).sum(1), np.float32)
