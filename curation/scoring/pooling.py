"""Several out-of-sample opinions on N images pooled: a weighted geometric mean, weights fitted to the given labels."""

from collections.abc import Sequence

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.softmax import softmax

FLOOR = 1e-6  # the least probability of a class in an opinion
_SAMPLE, _CELLS = 20_000, 2**25  # images the weights are fitted on, and probabilities of a voter, at most
_BLOCK = 16_384  # rows at a time


def pooled(probs: Sequence[FloatArray], weights: FloatArray) -> FloatArray:
    """Return the weighted geometric mean of V opinions, each (N, K), with rows brought to sum 1; weights (V,) >= 0."""
    n, n_classes = probs[0].shape
    together = np.empty((n, n_classes), np.float32)
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        together[rows] = softmax(
            sum(weight * _log(opinion[rows]) for weight, opinion in zip(weights, probs, strict=True))
        )
    return together


def pooling_weights(probs: Sequence[FloatArray], labels: IntArray, learn: BoolArray, seed: int = 0) -> FloatArray:
    """Return the weights of the opinions, shape (V,), each >= 0, that have the least log loss on the given labels.

    A weak network gets little weight, an overconfident one a weight below 1. Wrong labels hardly change so few weights.

    Args:
        probs: V opinions, shape (N, K) each, of models that did not learn from the images they judge.
        labels: given class indices, shape (N,).
        learn: rows to which the weights are fitted, shape (N,); without such rows all weights are equal.
        seed: draws the rows where there are more than 20,000.

    Source: logarithmic opinion pool, Genest & Zidek 1986, doi:10.1214/ss/1177013825.
    """
    from scipy.optimize import minimize

    start = np.full(len(probs), 1 / len(probs))
    rows = np.flatnonzero(learn)
    if not len(rows):
        return start.astype(np.float32)
    rows = np.sort(np.random.default_rng(seed).permutation(rows)[: max(1, min(_SAMPLE, _CELLS // probs[0].shape[1]))])
    logs, wanted = np.stack([_log(opinion[rows]) for opinion in probs]), labels[rows]  # (V, R, K)
    given = logs[:, np.arange(len(rows)), wanted]  # (V, R)

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        shares = softmax(np.tensordot(weights, logs, 1))
        value = -np.log(np.maximum(shares[np.arange(len(rows)), wanted], 1e-12)).mean(dtype=np.float64)
        slope = np.einsum("rk,vrk->v", shares, logs) / len(rows) - given.mean(1)
        return float(value), slope.astype(np.float64)

    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(probs))
    return np.asarray(best.x if best.x.sum() > 0 else start, np.float32)


def _log(probs: FloatArray) -> FloatArray:
    return np.log(np.maximum(probs, FLOOR), dtype=np.float32)
