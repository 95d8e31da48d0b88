"""Images that show none of the classes: far from each class, and without near neighbours among the other images."""

import numpy as np

from curation.scoring.neighbours import VOTERS, nearest_images
from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.class_sums import class_sums
from models.processors.blocks import in_threads, read_rows, row_blocks

_AXES = 64  # principal axes that count; further ones hold what is particular to each photograph
FEWEST = 50  # images: among fewer, strange ones cannot be told
_SHRINK = 0.05  # of a covariance towards a round one of the same size
_LEAST_SPREAD = 1e-3  # of distances and cosines that are to be told apart
_COMPARED = 20_000  # images among which neighbours are sought, at most
# Log-odds of no class = isolation + strangeness / 2 - 5, in robust deviations. Distances to a class have the heavier
# tail, hence the half. Chosen on `scenes` (docs/studies/ranking.md).
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
    means, centre = _means(features, labels, n_classes, trusted)
    blocks = row_blocks(*features.shape)

    def scatter(rows: slice) -> tuple[FloatArray, FloatArray]:
        block = read_rows(features, rows)
        apart, around = block - means[labels[rows]], block - centre
        weighted = trusted[rows, None]
        return (apart * weighted).T @ apart, (around * weighted).T @ around

    sums = np.zeros((2, features.shape[1], features.shape[1]), np.float32)
    for of_block in in_threads(scatter, blocks):
        sums += of_block
    within, around = (_whitening(of_all / trusted.sum()) for of_all in sums)
    present = np.bincount(labels, trusted, n_classes) > 0
    of_classes = (means[present] - centre) @ within  # (P, M)
    lengths = np.square(of_classes).sum(1)

    def relative(rows: slice) -> FloatArray:
        block = read_rows(features, rows) - centre
        turned = block @ within
        products = turned @ (-2 * of_classes.T)
        products += lengths
        nearest = products.min(1) + np.square(turned).sum(1)
        return np.asarray(nearest - np.square(block @ around).sum(1), np.float32)

    at_once = row_blocks(len(features), max(features.shape[1], len(of_classes)))
    return _deviations(np.concatenate([*in_threads(relative, at_once)]), learn)


def _means(
    features: FloatArray, labels: IntArray, n_classes: int, trusted: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the weighted mean of each class, shape (K, M), and of all images, shape (M,).

    A class without images has the mean of all.
    """

    def add_up(rows: slice) -> tuple[IntArray, FloatArray]:
        return class_sums(read_rows(features, rows) * trusted[rows, None], labels[rows])

    sums, weight = np.zeros((n_classes, features.shape[1])), np.bincount(labels, trusted, n_classes)
    for present, of_classes in in_threads(add_up, row_blocks(*features.shape)):
        sums[present] += of_classes
    centre = sums.sum(0) / weight.sum()
    means = np.where(weight[:, None] > 0, sums / np.maximum(weight, 1e-12)[:, None], centre)
    return means.astype(np.float32), centre.astype(np.float32)


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


def _whitening(covariance: FloatArray) -> FloatArray:
    """Return the matrix, shape (M, M), on which differences have their Mahalanobis length by a covariance."""
    size = np.trace(covariance) / len(covariance)
    precision = np.linalg.inv(covariance + (_SHRINK * size + 1e-12) * np.eye(len(covariance)))
    return np.asarray(np.linalg.cholesky(precision), np.float32)
