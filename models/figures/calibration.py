"""Calibration: whether a model is right as often as its confidence says."""

from typing import Any

import numpy as np

from models.arrays import FloatArray, IntArray

BINS = 15  # equal-width bins of the confidence, as Guo et al. 2017


def reliability_bins(labels: IntArray, probs: FloatArray) -> list[dict[str, Any]]:
    """Return the rows counted by their confidence: the probability of the predicted class.

    Args:
        labels: given class indices, shape (N,).
        probs: class probabilities, shape (N, K); out-of-sample, or the model looks better calibrated than it is.

    Returns:
        15 bins (low, high], each with its n, and the mean `confidence` and the `accuracy` of its rows in [0, 1],
        None where it is empty.

    Source: Guo et al. 2017, arXiv:1706.04599.
    """
    confidence, right = probs.max(1).astype(np.float64), probs.argmax(1) == labels
    edges = np.linspace(0, 1, BINS + 1)
    place = np.searchsorted(edges[1:-1], confidence, side="left")  # an edge belongs to the bin below it
    counts = np.bincount(place, minlength=BINS)
    sums, hits = (np.bincount(place, weights=values, minlength=BINS) for values in (confidence, right))
    return [
        {
            "low": float(edges[i]),
            "high": float(edges[i + 1]),
            "n": int(n),
            "confidence": float(sums[i] / n) if n else None,
            "accuracy": float(hits[i] / n) if n else None,
        }
        for i, n in enumerate(counts)
    ]


def expected_calibration_error(bins: list[dict[str, Any]]) -> float | None:
    """Return the mean gap between confidence and accuracy over the rows of `reliability_bins`, in [0, 1]; low = good.

    None where there is no row. Source: Guo et al. 2017, arXiv:1706.04599, equation 3.
    """
    n = sum(row["n"] for row in bins)
    gaps = (row["n"] * abs(row["confidence"] - row["accuracy"]) for row in bins if row["n"])
    return float(sum(gaps) / n) if n else None


def brier(labels: IntArray, probs: FloatArray) -> float | None:
    """Return the mean squared distance of the probabilities from the label's one-hot row, in [0, 2]; low = good.

    None where there is no row. Source: Brier 1950, the sum over all classes.
    """
    if not len(labels):
        return None
    distance = probs.astype(np.float64)
    distance[np.arange(len(labels)), labels] -= 1
    return float((distance**2).sum(1).mean())
