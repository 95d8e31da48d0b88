"""Label quality: how well each given label fits out-of-sample predictions, and which class would fit better.

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


def area_under_margin(margins: FloatArray) -> FloatArray:
    """Score each given label by how far it led while it was being learned.

    Unlike self-confidence it comes from networks that learned from the label: a wrong label is learned late.

    Args:
        margins: the label's logit minus the highest other logit, as mean over the steps of a training, shape (N,), in
            nats; NaN where no network learned from the label.

    Returns:
        label quality, shape (N,), float32 in [0, 1]; low = suspicious, 0.5 = a tie on average; NaN where margins are.

    Raises:
        ValueError: a margin is infinite.

    Source: Pleiss et al. 2020, arXiv:2001.10528; the logistic function only brings the margin into [0, 1].
    """
    if np.isinf(margins).any():
        raise ValueError("margins must be finite, or NaN where no network learned from the label")
    lead = np.clip(np.asarray(margins, np.float64), -30, 30)
    return np.asarray(1 / (1 + np.exp(-lead)), np.float32)


def suggest(labels: IntArray, probs: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the most probable class and the best class other than the given one, each of shape (N,).

    Where the first is the given label, the models find nothing wrong; the second is their best alternative.
    """
    check(labels, probs)
    alternatives = np.array(probs, np.float32)
    alternatives[np.arange(len(labels)), labels] = -np.inf
    return probs.argmax(1).astype(np.int64), alternatives.argmax(1).astype(np.int64)


@dataclass(frozen=True)
class Ranking:
    """The ranking of N given labels by one architecture, or by all architectures together."""

    label_quality: FloatArray  # (N,) in [0, 1], low = suspicious
    suggested: IntArray  # (N,) the most probable class; the given one where nothing is wrong
    runner_up: IntArray  # (N,) the best class other than the given one
    confidence: FloatArray  # (N,) probability of the suggested class


def rank(labels: IntArray, probs: FloatArray) -> Ranking:
    """Rank the labels by their probability in `probs`, shape (N, K).

    Self-confidence finds more errors, human and planted, than the normalized margin does (docs/studies/ranking.md).
    """
    suggested, runner_up = suggest(labels, probs)
    return Ranking(self_confidence(labels, probs), suggested, runner_up, probs.max(1))


def ranks(label_quality: FloatArray, rows: BoolArray) -> IntArray:
    """Return the place of each of `rows`, 1 = most suspicious, 0 for other rows, shape (N,); ties keep their order."""
    places = np.zeros(len(label_quality), np.int64)
    chosen = np.flatnonzero(rows)
    places[chosen[np.argsort(label_quality[chosen], kind="stable")]] = np.arange(1, len(chosen) + 1)
    return places


def check(labels: IntArray, probs: FloatArray) -> None:
    """Raise unless these are labels and probabilities of the same images.

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
