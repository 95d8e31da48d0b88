"""Figures about predictions, with their intervals."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.calibration import brier, expected_calibration_error, reliability_bins
from models.figures.predictions import checked_probs

SCHEMA_VERSION = 1  # of what `evaluate` returns
TOP_K = (2, 3, 5)  # those below the number of classes are computed


def accuracy(labels: IntArray, probs: FloatArray) -> float:
    """Return the share of rows, in [0, 1], whose most probable class is the label; NaN for no rows."""
    return float((probs.argmax(1) == labels).mean()) if len(labels) else math.nan


def wilson_interval(successes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share of n independent trials, 95 % at z = 1.96; (0, 1) for n = 0.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Rounding must not put the share outside its own interval: at 0 and n the bounds are exactly 0 and 1.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))


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


def class_figures(counts: IntArray, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Return how well each class is found.

    Args:
        counts: the confusion matrix, shape (K, K): row = label, column = prediction.
        classes: K names.

    Returns:
        for each class its `support` (rows of that label), `predicted` (rows so predicted) and, in [0, 1],
        `precision` (None where it is never predicted), `recall` (None where it is never the label) and `f1`
        (None where it is neither).
    """
    hits, support, predicted = counts.diagonal(), counts.sum(1), counts.sum(0)
    return [
        {
            "class": name,
            "support": int(support[k]),
            "predicted": int(predicted[k]),
            "precision": _ratio(hits[k], predicted[k]),
            "recall": _ratio(hits[k], support[k]),
            "f1": _ratio(2 * hits[k], support[k] + predicted[k]),
        }
        for k, name in enumerate(classes)
    ]


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def top_k_accuracy(labels: IntArray, probs: FloatArray, k: int) -> float:
    """Return the share of rows, in [0, 1], whose label is among the k most probable classes; NaN for no rows.

    Of equally probable classes the first counts as the more probable one, as for `accuracy`: k = 1 is the accuracy.
    """
    if not len(labels):
        return math.nan
    given = probs[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probs.shape[1]) < labels[:, None]
    ahead = (probs > given) | ((probs == given) & earlier)  # (N, K)
    return float((ahead.sum(1) < k).mean())


def auroc(labels: IntArray, probs: FloatArray, classes: Sequence[str]) -> dict[str, Any]:
    """Return how well the probabilities separate the classes: the area under the ROC curve.

    Args:
        labels: given class indices, shape (N,).
        probs: class probabilities, shape (N, K).
        classes: K names.

    Returns:
        `value` in [0, 1], 0.5 = chance; `kind`: "binary" (two classes, the probability of the second one) or
        "one-vs-rest" (the plain mean over the classes that occur); `per_class`: name -> the area of that class against
        the others; `left_out`: classes that never occur among the labels.

    Raises:
        ErrataError: fewer than two classes occur among the labels: there is nothing to separate.
    """
    present = np.unique(labels).tolist()
    if len(present) < 2:
        found = repr(classes[present[0]]) if present else "no label at all"
        raise ErrataError(f"AUROC needs images of two classes or more, found {found}; add images of another class")
    areas = {classes[k]: _area(probs[labels == k, k], probs[labels != k, k]) for k in present}
    binary = len(classes) == 2
    return {
        "value": areas[classes[1]] if binary else float(np.mean(list(areas.values()))),
        "kind": "binary" if binary else "one-vs-rest",
        "per_class": areas,
        "left_out": [name for k, name in enumerate(classes) if k not in present],
    }


def _area(inside: FloatArray, outside: FloatArray) -> float:
    """Return the share of pairs in which the score inside the class is the higher one; a tie is half a pair.

    Source: Mann & Whitney 1947, doi:10.1214/aoms/1177730491.
    """
    ordered = np.sort(outside)
    below, up_to = (np.searchsorted(ordered, inside, side) for side in ("left", "right"))
    return float((below.sum() + up_to.sum()) / (2 * len(inside) * len(outside)))


def evaluate(labels: IntArray, probs: FloatArray, classes: Sequence[str]) -> dict[str, Any]:
    """Return every figure about predictions of N images, as JSON-able values.

    Args:
        labels: given class indices, shape (N,), values 0..K-1.
        probs: class probabilities, shape (N, K), rows sum to 1; out-of-sample, or every figure flatters the model.
        classes: K different names.

    Returns:
        `n`, `correct`, `accuracy` with its 95 % Wilson interval `low` to `high`; `macro_f1`, the mean over the classes
        that occur as a label or a prediction; `top_k`, such as {"3": 0.98}; `log_loss` in nats; `brier`;
        `calibration` (`ece`, mean `confidence`, `bins`); `auroc`, None where fewer than two classes occur among the
        labels; `confusion`, K rows of K counts; `per_class`; `classes`; `schema_version`. A figure of no image is None.

    Raises:
        ErrataError: lengths disagree, a label is outside 0..K-1, or a row is not a probability distribution.
    """
    _check(labels, probs, classes)
    probs, n = checked_probs(probs, len(classes)), len(labels)
    counts = confusion(labels, probs.argmax(1), len(classes))
    per_class, bins = class_figures(counts, classes), reliability_bins(labels, probs)
    correct, scores = int(counts.trace()), [row["f1"] for row in per_class if row["f1"] is not None]
    low, high = wilson_interval(correct, n)
    several = np.unique(labels).size > 1
    return {
        "schema_version": SCHEMA_VERSION,
        "classes": list(classes),
        "n": n,
        "correct": correct,
        "accuracy": correct / n if n else None,
        "low": low,
        "high": high,
        "macro_f1": float(np.mean(scores)) if scores else None,
        "top_k": {str(k): top_k_accuracy(labels, probs, k) for k in TOP_K if n and k < len(classes)},
        "log_loss": log_loss(labels, probs) if n else None,
        "brier": brier(labels, probs),
        "calibration": {
            "ece": expected_calibration_error(bins),
            "confidence": float(probs.max(1).mean(dtype=np.float64)) if n else None,
            "bins": bins,
        },
        "auroc": auroc(labels, probs, classes) if several else None,
        "confusion": counts.tolist(),
        "per_class": per_class,
    }


def _check(labels: IntArray, probs: FloatArray, classes: Sequence[str]) -> None:
    if len(labels) != len(probs):
        raise ErrataError(f"{len(labels)} labels and probs of {len(probs)} images; give one row for each label")
    if len(set(classes)) < len(classes):
        raise ErrataError(f"classes {', '.join(classes)} hold a name twice; give each class a name of its own")
    outside = np.flatnonzero((labels < 0) | (labels >= len(classes)))
    if len(outside):
        row = int(outside[0])
        raise ErrataError(f"label {labels[row]} of row {row} is not a class; allowed are 0 to {len(classes) - 1}")
