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
from models.processors.blocks import in_threads, row_blocks

PENALTIES = tuple(float(penalty) for penalty in np.geomspace(1e-5, 1, 16))  # times the sum of the weights
_SHARPENED, _SHARPENED_CELLS = 50_000, 2**24  # images that the sharpness is fitted to, and their scores, at most


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
        features: of N images, shape (N, M), as `joint_axes` returns them.
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
    fit = HeldOutRidge.of(features, trusted, groups_of_copies(groups, learn), labels, shares)
    total = float(trusted.sum())

    penalty = PENALTIES[int(fit.errors(learn, np.array(PENALTIES) * total).argmin())]
    scores = fit.held_out(penalty * total)
    return Judgement(_sharpened(scores, np.log(shares).astype(np.float32), labels, learn), penalty)


def _sharpened(scores: FloatArray, prior: FloatArray, labels: IntArray, learn: BoolArray) -> FloatArray:
    """Return softmax(sharpness * scores + prior) in the place of the scores, shape (N, K).

    The sharpness is the one with the least log loss on the given labels; of very many images so many drawn ones tell.
    """
    from scipy.optimize import minimize_scalar

    tried = np.random.default_rng(0).permutation(np.flatnonzero(learn))
    rows = np.sort(tried[: max(1, min(_SHARPENED, _SHARPENED_CELLS // scores.shape[1]))])
    known, wanted = scores[rows], labels[rows]

    def loss(log_sharpness: float) -> float:
        given = softmax(np.float32(np.exp(log_sharpness)) * known + prior)[np.arange(len(known)), wanted]
        return -float(np.log(np.maximum(given, 1e-12)).mean(dtype=np.float64))

    best = minimize_scalar(loss, bounds=(-2.0, 6.0), method="bounded")
    sharpness = np.float32(np.exp(best.x))

    def sharpen(block: slice) -> None:
        scores[block] = softmax(sharpness * scores[block] + prior)

    for _ in in_threads(sharpen, row_blocks(*scores.shape)):
        pass
    return scores
