"""Heads for many classes of few images: linear discriminants, which one matrix inversion fits for all classes.

Logistic regressions on 5,000 classes would take hours and 8 GB for each intermediate result. With a handful of images a
class, the mean of a class is all that can be learned of it, and what images of one class have in common is told by
all classes together.
"""

import numpy as np

from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.figures.class_sums import class_sums
from models.figures.folds import inner_split
from models.processors.blocks import in_threads, read_rows, row_blocks

FROM_CLASSES = 500  # more classes have discriminants instead of logistic regressions
SHRINKAGES = (0.03, 0.1, 0.3, 1.0)  # of the covariance within classes towards a round one
SHARPNESSES = (0.03, 0.1, 0.2, 0.4, 0.7, 1.0)  # of the logits: means of few images make too sure
_JUDGED = 2_000  # held-back images that shrinkage and sharpness are chosen by, at most

_WORST = 27.6  # of the log losses: a probability of 1e-12

Discriminant = tuple[FloatArray, FloatArray]  # weight (K, D), bias (K,)


def fit_discriminants(
    features: Features, labels: IntArray, rows: BoolArray, groups: IntArray, n_classes: int, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit a linear discriminant to each set of training rows.

    Shrinkage and sharpness are chosen by the log loss on an inner split of its rows; it is then fitted again on all.

    Args:
        features: shape (N, D).
        labels: given class indices, shape (N,).
        rows: which rows each may learn from, shape (H, N).
        groups: copies share a group, shape (N,); an inner split never separates them.
        n_classes: K; a class without rows gets a low probability.
        seed: draws the inner splits.

    Returns:
        weights (H, K, D), biases (H, K) and shrinkages (H,).

    Source: regularised discriminant analysis, Friedman 1989, doi:10.1080/01621459.1989.10478752.
    """
    weights = np.empty((len(rows), n_classes, features.shape[1]), np.float32)
    biases, chosen = np.empty((len(rows), n_classes), np.float32), np.empty(len(rows), np.float32)
    for head, learn in enumerate(rows):
        shrinkage, sharpness = _choice(features, labels, learn, groups, n_classes, seed + head)
        weight, bias = _Classes.of(features, labels, learn, n_classes).discriminant(shrinkage, sharpness)
        weights[head], biases[head], chosen[head] = weight, bias, shrinkage
    return weights, biases, chosen


def _choice(
    features: Features, labels: IntArray, learn: BoolArray, groups: IntArray, n_classes: int, seed: int
) -> tuple[float, float]:
    held = inner_split(learn, labels, groups, seed)
    judged = np.sort(np.random.default_rng(seed).permutation(np.flatnonzero(held))[:_JUDGED])
    if not len(judged):
        return SHRINKAGES[-1], SHARPNESSES[0]
    classes, wanted = _Classes.of(features, labels, learn & ~held, n_classes), labels[judged]
    losses, judged_rows = {}, read_rows(features, judged)
    for shrinkage in SHRINKAGES:
        weight, bias = classes.discriminant(shrinkage, 1.0)
        odds = judged_rows @ weight.T + (bias - classes.log_share)
        for sharpness in SHARPNESSES:
            losses[shrinkage, sharpness] = _log_loss(odds, sharpness, classes.log_share, wanted)
    return min(losses, key=lambda choice: losses[choice])


def _log_loss(odds: FloatArray, sharpness: float, log_share: FloatArray, wanted: IntArray) -> float:
    """Return the mean log loss of softmax(sharpness * odds + log_share), shape (R, K), on labels, shape (R,)."""

    def losses(rows: slice) -> FloatArray:
        logits = odds[rows] * np.float32(sharpness)
        logits += log_share
        logits -= logits.max(1, keepdims=True)
        given = logits[np.arange(len(logits)), wanted[rows]]
        return np.asarray(np.minimum(np.log(np.exp(logits, out=logits).sum(1)) - given, _WORST), np.float32)

    return float(np.concatenate([*in_threads(losses, row_blocks(*odds.shape))]).mean(dtype=np.float64))


class _Classes:
    """Means of classes, and the covariance within them."""

    def __init__(self, means: FloatArray, within: FloatArray, log_share: FloatArray):
        self.means, self.within, self.log_share = means, within, log_share  # (K, D), (D, D), (K,)

    @classmethod
    def of(cls, features: Features, labels: IntArray, learn: BoolArray, n_classes: int) -> "_Classes":
        chosen = np.flatnonzero(learn)
        counts = np.bincount(labels[chosen], minlength=n_classes)
        sums = np.zeros((n_classes, features.shape[1]), np.float32)
        within = np.zeros((features.shape[1], features.shape[1]), np.float32)
        blocks = row_blocks(len(chosen), features.shape[1])

        def add_up(block: slice) -> tuple[IntArray, FloatArray]:
            return class_sums(read_rows(features, chosen[block]), labels[chosen[block]])

        for present, of_classes in in_threads(add_up, blocks):
            sums[present] += of_classes
        exact = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], sums.sum(0) / len(chosen))
        means = np.asarray(exact, np.float32)

        def scatter(block: slice) -> FloatArray:
            apart = read_rows(features, chosen[block]) - means[labels[chosen[block]]]
            return np.asarray(apart.T @ apart)

        for of_block in in_threads(scatter, blocks):
            within += of_block
        share = (counts + np.where(counts > 0, 0, 0.1)) / len(chosen)
        return cls(means, np.asarray(within / len(chosen), np.float32), np.log(share).astype(np.float32))

    def discriminant(self, shrinkage: float, sharpness: float) -> Discriminant:
        """Return weight, shape (K, D), and bias, shape (K,), of logits."""
        size = max(float(np.trace(self.within)) / len(self.within), 1e-12)
        shrunk = (1 - shrinkage) * self.within.astype(np.float64) + (shrinkage + 1e-6) * size * np.eye(len(self.within))
        weight = np.linalg.solve(shrunk, self.means.T.astype(np.float64)).T
        bias = -0.5 * (weight * self.means).sum(1)
        return (sharpness * weight).astype(np.float32), (sharpness * bias + self.log_share).astype(np.float32)
