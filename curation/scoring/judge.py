"""A judge of labels on frozen embeddings: each label is judged by a model fitted to all other labels, in closed form.

Ridge regression onto the classes has exact leave-one-out predictions without fitting N times, so every image is judged
by a model that learned from all other images except its copies: from more than the four fifths that five folds leave,
and in seconds. Embeddings of several backbones are judged together. Pure NumPy; no embedding may depend on the labels.
"""

from dataclasses import dataclass

import numpy as np

from curation.scoring.ridge import HeldOutRidge, groups_of_copies
from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.softmax import softmax

PENALTIES = tuple(float(penalty) for penalty in np.geomspace(1e-5, 1, 16))  # times the sum of the weights


@dataclass(frozen=True)
class Judgement:
    """The judgement of N labels."""

    probs: FloatArray  # (N, K) rows sum to 1; predicted without the image's own label and those of its copies
    penalty: float  # the one with the least squared error of these predictions


def judge_by_ridge(
    features: FloatArray, labels: IntArray, n_classes: int, learn: BoolArray, groups: IntArray, weights: FloatArray
) -> Judgement:
    """Judge every image by a ridge regression fitted to the other images.

    Args:
        features: of N images, shape (N, M), as `joint_features` returns them.
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: whose labels may be learned from, shape (N,), at least one; the others are judged by all of these.
        groups: copies share a group, shape (N,): no image is judged by a copy's label.
        weights: how far each label is trusted, shape (N,), 0 or more: in [0, 1] unless a person settled it.

    Returns:
        probabilities whose sharpness fits the given labels best.
    """
    trusted = np.where(learn, weights, 0).astype(np.float32)
    counts = np.bincount(labels[learn], minlength=n_classes)
    shares = (counts + 1) / (counts.sum() + n_classes)
    target = np.tile(-shares.astype(np.float32), (len(labels), 1))  # (N, K)
    target[np.arange(len(labels)), labels] = (1 - shares)[labels]
    fit = HeldOutRidge.of(features, trusted, groups_of_copies(groups, learn), target)
    total = float(trusted.sum())

    penalty = PENALTIES[int(fit.errors(learn, np.array(PENALTIES) * total).argmin())]
    scores = fit.held_out(penalty * total)
    return Judgement(_sharpened(scores, np.log(shares), labels, learn), penalty)


def _sharpened(scores: FloatArray, prior: FloatArray, labels: IntArray, learn: BoolArray) -> FloatArray:
    """Return softmax(sharpness * scores + prior), shape (N, K), of the sharpness with the least log loss."""
    from scipy.optimize import minimize_scalar

    def probs(log_sharpness: float, rows: FloatArray) -> FloatArray:
        return softmax(np.exp(log_sharpness) * rows + prior)

    known, wanted = scores[learn], labels[learn]

    def loss(log_sharpness: float) -> float:
        given = probs(log_sharpness, known)[np.arange(len(known)), wanted]
        return -float(np.log(np.maximum(given, 1e-12)).mean())

    best = minimize_scalar(loss, bounds=(-2.0, 6.0), method="bounded")
    return probs(float(best.x), scores)
