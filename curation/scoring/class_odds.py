"""How well a label fares among labels of its class: where models are unsure of a class, low probabilities say less."""

import numpy as np

from models.arrays import BoolArray, Doubles, FloatArray, IntArray

_AS_MANY = 10  # images whose weight the mean of all images has in the mean of a class
_EDGE = 1e-3  # no mean is nearer to 0 or 1


def among_its_class(given: FloatArray, labels: IntArray, learn: BoolArray, trust: FloatArray) -> FloatArray:
    """Return the probability of each given label, its odds divided by what labels of its class have on average.

    "vi" is harder to tell from its neighbours than "i", and so its right labels have lower probabilities; without a
    correction they fill the front of the ranking. Images that models learned from and all others are two cases, because
    different models judge them.

    Args:
        given: probability of the given label, shape (N,), in [0, 1].
        labels: given class indices, shape (N,).
        learn: which labels models learned from, shape (N,).
        trust: weight of each label in the means, shape (N,), in [0, 1]; doubted labels say nothing about a class.

    Returns:
        shape (N,), float32 in [0, 1]: the odds times those of all images on average. The order within a class stays.
    """
    if not len(given):
        return np.zeros(0, np.float32)
    cells = np.unique(labels * 2 + learn, return_inverse=True)[1]
    weights = np.maximum(np.asarray(trust, np.float64), 1e-6)
    counts = np.bincount(cells)
    means = np.bincount(cells, weights * given) / np.bincount(cells, weights)
    of_all = np.array([np.average(given, weights=weights)])
    shifts = (_log_odds(means) - _log_odds(of_all)) * counts / (counts + _AS_MANY)
    ratio = np.exp(shifts)[cells]
    return np.asarray(given / (given + (1 - given) * ratio), np.float32)


def _log_odds(probability: Doubles) -> Doubles:
    inside = np.asarray(np.clip(probability, _EDGE, 1 - _EDGE), np.float64)
    return np.asarray(np.log(inside) - np.log1p(-inside))
