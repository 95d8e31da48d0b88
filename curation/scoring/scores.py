"""Label issues: how well each given label fits what out-of-sample models say, and what would fit better.

Everything here is `labels (N,)` and `probs (N, K)` in, arrays out. `label_quality` is in [0, 1]; low = suspicious.
"""

from dataclasses import dataclass

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray


def self_confidence(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Score each given label by its own probability.

    Args:
        labels: given class indices, shape (N,), values 0..K-1.
        probs: class probabilities, shape (N, K), rows sum to 1; out-of-sample, or the score flatters the label.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious.

    Raises:
        ValueError: shapes disagree, a label is outside 0..K-1, or a row of probs holds a negative value or does not sum
            to 1.

    Source: Northcutt et al. 2021, doi:10.1613/jair.1.12125; same values as cleanlab.rank (tested).
    """
    check(labels, probs)
    return np.asarray(np.clip(probs[np.arange(len(labels)), labels], 0, 1), np.float32)


def normalized_margin(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Score each given label by how far its probability lies above the best other class.

    Args:
        labels: given class indices, shape (N,), values 0..K-1.
        probs: class probabilities, shape (N, K), rows sum to 1; out-of-sample, or the score flatters the label.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious, 0.5 = tie with another class.

    Raises:
        ValueError: shapes disagree, a label is outside 0..K-1, or a row of probs holds a negative value or does not sum
            to 1.

    Source: Northcutt et al. 2021, doi:10.1613/jair.1.12125; same values as cleanlab.rank (tested).
    """
    given = self_confidence(labels, probs)
    others = np.array(probs, np.float32)
    others[np.arange(len(labels)), labels] = -np.inf
    best = others.max(1) if probs.shape[1] > 1 else np.zeros(len(labels), np.float32)
    return np.asarray(np.clip((given - best + 1) / 2, 0, 1), np.float32)


def confidence_weighted_entropy(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Score each given label by the entropy of the probabilities over the label's own.

    Args:
        labels: given class indices, shape (N,), values 0..K-1.
        probs: class probabilities, shape (N, K), rows sum to 1; out-of-sample, or the score flatters the label.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious.

    Raises:
        ValueError: as `self_confidence`.

    Source: Kuan & Mueller 2022, "Model-agnostic label quality scoring"; same values as cleanlab.rank (tested), but for
    probabilities of exactly 0 and 1, where this says 0 for a label without any probability and 1 for a sure one.
    """
    given = self_confidence(labels, probs).astype(np.float64)
    logs = np.log(np.where(probs > 0, probs, 1), dtype=np.float64)
    entropy = -(probs * logs).sum(1) / np.log(max(2, probs.shape[1]))
    ratio = np.clip(entropy / np.maximum(given, 1e-300), 1e-12, None)
    return np.asarray(np.where(given > 0, np.log1p(ratio) / ratio, 0), np.float32)


def area_under_margin(margins: FloatArray) -> FloatArray:
    """Score each given label by how far it led while it was being learned.

    Unlike the other scores it comes from networks that learned from the label: a wrong one is learned late.

    Args:
        margins: mean over the steps of a training of the label's logit less the highest other one, shape (N,), in
            nats; NaN where no network learned from the label.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious, 0.5 = on average a tie; NaN where margins are.

    Raises:
        ValueError: a margin is infinite.

    Source: Pleiss et al. 2020, arXiv:2001.10528; the logistic function only brings it into [0, 1].
    """
    if np.isinf(margins).any():
        raise ValueError("margins must be finite, or NaN where no network learned from the label")
    lead = np.clip(np.asarray(margins, np.float64), -30, 30)
    return np.asarray(1 / (1 + np.exp(-lead)), np.float32)


def suggest(labels: IntArray, probs: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the most probable class and the best class other than the given one, each of shape (N,).

    Where the first is the given label the models see nothing wrong; the second is what they would say instead.
    """
    check(labels, probs)
    others = np.array(probs, np.float32)
    others[np.arange(len(labels)), labels] = -np.inf
    return probs.argmax(1).astype(np.int64), others.argmax(1).astype(np.int64)


@dataclass(frozen=True)
class Ranking:
    """What one architecture, or all of them together, say about N given labels."""

    label_quality: FloatArray  # (N,) in [0, 1], low = suspicious
    suggested: IntArray  # (N,) the most probable class; the given one where nothing is wrong
    runner_up: IntArray  # (N,) the best class other than the given one
    confidence: FloatArray  # (N,) probability of the suggested class


def rank(labels: IntArray, probs: FloatArray) -> Ranking:
    """Rank the labels by their own probability under these probabilities, shape (N, K).

    Self-confidence finds more of both human and planted errors than the normalized margin does (docs/results.md).
    """
    suggested, runner_up = suggest(labels, probs)
    return Ranking(self_confidence(labels, probs), suggested, runner_up, probs.max(1))


def ranks(label_quality: FloatArray, rows: BoolArray) -> IntArray:
    """Return the place of each of `rows`, 1 = most suspicious, 0 for other rows, shape (N,); ties keep their order."""
    places = np.zeros(len(label_quality), np.int64)
    own = np.flatnonzero(rows)
    places[own[np.argsort(label_quality[own], kind="stable")]] = np.arange(1, len(own) + 1)
    return places


def check(labels: IntArray, probs: FloatArray) -> None:
    """Raise if these are no labels and probabilities of the same images.

    Raises:
        ValueError: shapes disagree, a label is outside 0..K-1, or a row of probs holds a negative value or does not sum
            to 1.
    """
    if probs.ndim != 2 or labels.shape != probs.shape[:1]:
        raise ValueError(f"labels have shape {labels.shape} and probs {probs.shape}; expected (N,) and (N, K)")
    if len(labels) and (labels.min() < 0 or labels.max() >= probs.shape[1]):
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}; expected 0 to {probs.shape[1] - 1}")
    sums = probs.sum(1, dtype=np.float64)
    even = np.abs(sums - 1) < 1e-3  # also false for NaN
    if not even.all():
        row = int(even.argmin())
        raise ValueError(f"probs of row {row} sum to {sums[row]:.4g}; expected 1")
    if len(probs) and probs.min() < 0:
        row = int(probs.min(1).argmin())
        raise ValueError(f"probs of row {row} hold {probs[row].min():.4g}; expected 0 to 1")
