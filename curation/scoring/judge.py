"""A judge of labels on frozen embeddings: each label is judged by a model fitted to all other labels, in closed form.

Ridge regression onto the classes has exact leave-one-out predictions without fitting N times, so every image is judged
by a model that learned from all other images except its copies: from more than the four fifths that five folds leave,
and in seconds. Embeddings of several backbones are judged together. Pure NumPy; no embedding may depend on the labels.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from curation.scoring.ridge import HeldOutRidge, groups_of_copies
from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.softmax import softmax
from models.processors.threads import cores

AXES = 512  # principal axes kept of each backbone
_SPARE, _TURNS = 64, 4  # of the subspace iteration: directions beyond those asked for, and number of iterations
_SAMPLE = 20_000  # rows that determine the axes
_BLOCK = 16_384  # rows at a time
PENALTIES = tuple(float(penalty) for penalty in np.geomspace(1e-5, 1, 16))  # times the sum of the weights


def joint_features(
    embeddings: Sequence[FloatArray], axes: int = AXES, seed: int = 0, pressed: bool = True
) -> FloatArray:
    """Return what `on_axes` returns, side by side, shape (N, M)."""
    return np.concatenate(on_axes(embeddings, axes, seed, pressed), 1)


def on_axes(
    embeddings: Sequence[FloatArray], axes: int = AXES, seed: int = 0, pressed: bool = True
) -> list[FloatArray]:
    """Return embeddings of several backbones, shape (N, M) each, standardised, on their principal axes.

    Args:
        embeddings: of each backbone, shape (N, D); none may be the output of a network that learned from the labels.
        axes: how many principal axes are kept of each, at most.
        seed: draws the rows that determine the axes where there are more than 20,000.
        pressed: whether large values are first reduced by a signed square root and rows brought to unit length, so
            that all images count alike.
    """
    # A backbone a thread: the threads of a single product would wait for one another half of the time.
    workers = max(1, min(cores(), len(embeddings)))
    with threadpool_limits(cores() // workers, "blas"), ThreadPoolExecutor(workers) as threads:
        whole = (np.asarray(values, np.float32) for values in embeddings)
        return list(threads.map(lambda values: _on_axes(values, axes, seed, pressed), whole))


def _on_axes(embeddings: FloatArray, axes: int, seed: int, pressed: bool) -> FloatArray:
    """Return the embeddings of one backbone on their principal axes, shape (N, M)."""
    n = len(embeddings)
    few = np.sort(np.random.default_rng(seed).permutation(n)[:_SAMPLE])
    mean, scale = embeddings[few].mean(0), np.maximum(embeddings[few].std(0), 1e-6)

    def prepared(rows: FloatArray) -> FloatArray:
        standard = (rows - mean) / scale
        return _pressed(standard) if pressed else standard

    sample = prepared(embeddings[few])
    centre = sample.mean(0)
    sample -= centre
    turn = principal_axes(sample.T @ sample, axes, seed)  # (D, M)
    blocks = [(prepared(embeddings[start : start + _BLOCK]) - centre) @ turn for start in range(0, n, _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, turn.shape[1]), np.float32)


def _pressed(standard: FloatArray) -> FloatArray:
    root = np.sign(standard) * np.sqrt(np.abs(standard))
    return np.asarray(root / np.maximum(np.linalg.norm(root, axis=1, keepdims=True), 1e-6), np.float32)


def principal_axes(scatter: FloatArray, axes: int, seed: int) -> FloatArray:
    """Return the first principal directions of a scatter matrix, shape (D, M), at most `axes`, largest first.

    Where there are many more directions, subspace iteration finds the space that the first ones span: a rotation of
    this space does not change the judgement, and all eigenvectors would take five times as long.

    Source: Halko, Martinsson & Tropp 2011, doi:10.1137/090771806.
    """
    if len(scatter) <= 2 * axes:
        return np.ascontiguousarray(np.linalg.eigh(scatter)[1][:, ::-1][:, :axes])
    draws = np.random.default_rng(seed).standard_normal((len(scatter), axes + _SPARE))
    span = np.asarray(draws, np.float32)
    for _ in range(_TURNS):
        span, _ = np.linalg.qr(scatter @ span)
    within = np.linalg.eigh(span.T @ (scatter @ span))[1]
    return np.ascontiguousarray((span @ within)[:, ::-1][:, :axes])


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
    target = (np.eye(n_classes)[labels] - shares).astype(np.float32)  # (N, K)
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
