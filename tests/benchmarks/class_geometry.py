"""Label quality from embeddings alone: how near an image is to its own class and to the others."""

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray

AXES = 16  # of each class


def class_distance(features: FloatArray, labels: IntArray, n_classes: int, learn: BoolArray) -> FloatArray:
    """Score each given label by the distance to its class's mean against that to the nearest other class's.

    Args:
        features: shape (N, M).
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: whose features make the means, shape (N,); an image never counts in the mean it is held against.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious, 0.5 = as near to another class.
    """
    counts = np.bincount(labels[learn], minlength=n_classes)
    sums = np.zeros((n_classes, features.shape[1]), np.float64)
    np.add.at(sums, labels[learn], features[learn])
    means = sums / np.maximum(counts, 1)[:, None]
    far = np.stack([np.linalg.norm(features - mean, axis=1) for mean in means], 1)
    far[:, counts == 0] = np.inf
    rows = np.arange(len(labels))
    # Without the image itself its class's mean lies further away by n / (n - 1).
    alone = np.where(learn, counts[labels] / np.maximum(counts[labels] - 1, 1e-9), 1)
    return _against_others(np.minimum(far[rows, labels] * alone, 1e9), far, labels)


def reconstruction(features: FloatArray, labels: IntArray, n_classes: int, learn: BoolArray) -> FloatArray:
    """Score each given label by how well its class's principal axes rebuild the features, against the best other class.

    Args:
        features: shape (N, M).
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: whose features make the axes, shape (N,); few axes, so that one image hardly bends them.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious, 0.5 = another class rebuilds it as well.
    """
    errors = np.full((len(labels), n_classes), np.inf)
    for k in range(n_classes):
        own = features[learn & (labels == k)]
        if len(own) < 2:
            continue
        centre = own.mean(0)
        axes = np.linalg.svd(own - centre, full_matrices=False)[2][: min(AXES, len(own) // 4)]  # (A, M)
        apart = features - centre
        errors[:, k] = np.linalg.norm(apart - apart @ axes.T @ axes, axis=1)
    own_error = np.minimum(errors[np.arange(len(labels)), labels], 1e9)
    return _against_others(own_error, errors, labels)


def _against_others(own: FloatArray, far: FloatArray, labels: IntArray) -> FloatArray:
    """Return other / (own + other), shape (N,), of the nearest other class; 1 where there is no other."""
    others = np.array(far)
    others[np.arange(len(labels)), labels] = np.inf
    other = np.minimum(others.min(1), 1e30)  # so far away that the share is 1
    return np.asarray(other / np.maximum(own + other, 1e-12), np.float32)
