"""Linear heads on cached features: every fold and every penalty is fitted in the same few matrix products."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.folds import inner_split
from models.figures.predictions import held_out_or_mean
from models.figures.softmax import softmax
from models.jobs.discriminant import FROM_CLASSES, fit_discriminants

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)  # tried on an inner split; 0.1 was best on photographs, drawn scenes and CIFAR-10
TRIAL_ITERATIONS = 25  # enough to rank the penalties: more iterations changed neither the choice nor any class
_ROUNDING = 1e-6  # of a feature's mean, or of 1e-6: the deviation of images that are all alike
FINAL_ITERATIONS = 150  # probabilities then lie within 0.002 of the exact solution (tested against scikit-learn)


@dataclass(frozen=True)
class Heads:
    """H linear classifiers over the same D features."""

    weight: FloatArray  # (H, K, D)
    bias: FloatArray  # (H, K)
    penalty: FloatArray  # (H,) the L2 penalty chosen for each

    def probs(self, features: FloatArray) -> FloatArray:
        """Return class probabilities, shape (H, N, K), for features, shape (N, D)."""
        logits = np.einsum("nd,hkd->hnk", features, self.weight, optimize=True) + self.bias[:, None]
        return softmax(logits)

    def held_out(self, features: FloatArray, fold: IntArray) -> FloatArray:
        """Return the probabilities of the head of each image's fold, of other images the mean, shape (N, K).

        One head at a time: those of all would not fit into memory where classes are many.

        Args:
            features: shape (N, D).
            fold: the head that judges, 0..H-1, or NO_FOLD, shape (N,).
        """
        heads = (Heads(self.weight[h : h + 1], self.bias[h : h + 1], self.penalty) for h in range(len(self.bias)))
        return held_out_or_mean((head.probs(features)[0] for head in heads), fold)

    def of_classes(self, n_classes: int) -> "Heads":
        """Return the heads with so many classes: those beyond are left out, and missing ones have no weights yet."""
        more = ((0, 0), (0, max(0, n_classes - self.bias.shape[1])))
        weight = np.pad(self.weight[:, :n_classes], (*more, (0, 0)))
        return Heads(weight, np.pad(self.bias[:, :n_classes], more), self.penalty)


def fit_heads(
    features: FloatArray,
    labels: IntArray,
    rows: BoolArray,
    groups: IntArray,
    n_classes: int,
    seed: int,
    standardise: bool = True,
    start: Heads | None = None,
) -> Heads:
    """Fit one multinomial logistic regression for each set of training rows.

    The penalty of each head is chosen by the log loss on an inner split of its own rows; the head is then fitted again
    on all of them.

    Args:
        features: embeddings of a frozen backbone, shape (N, D).
        labels: given class indices, shape (N,).
        rows: which rows each head may learn from, shape (H, N).
        groups: duplicates share a group, shape (N,); an inner split never separates them.
        n_classes: K; a class without rows gets a low probability.
        seed: draws the inner splits.
        standardise: give all features the same deviation over all N rows; no label takes part in that. False for
            principal axes of standardised features, which must keep their deviations.
        start: heads of the same features, one for each set of rows: fitting starts there with their penalties.

    Many classes have discriminants instead; see `models.jobs.discriminant`.

    Returns:
        heads that apply to the features as they are: the standardisation is folded into the weights.
    """
    if n_classes > FROM_CLASSES:
        return Heads(*fit_discriminants(features, labels, rows, groups, n_classes, seed))
    raw = torch.from_numpy(np.array(features, np.float32))
    mean = raw.mean(0)
    scale = deviations(raw, mean) if standardise else torch.ones_like(mean)
    x = (raw - mean) / scale
    variance, axes = _principal(x.T @ x / len(x))  # (D,), (D, D)
    space = _Space(x @ axes, variance.clamp_min(0), torch.from_numpy(labels), n_classes)
    if start is None:
        inner = np.stack([inner_split(mask, labels, groups, seed + i) for i, mask in enumerate(rows)])  # (H, N)
        penalties, first = space.trials(rows, inner)
    else:
        weight, bias = torch.from_numpy(start.weight), torch.from_numpy(start.bias)
        penalties = torch.from_numpy(start.penalty)
        first = torch.cat([(weight * scale) @ axes, (bias + (weight * mean).sum(-1))[:, :, None]], 2)
    final = space.fit(torch.from_numpy(rows), penalties, first, FINAL_ITERATIONS)
    weight = (final[:, :, :-1] @ axes.T) / scale
    bias = final[:, :, -1] - (weight * mean).sum(-1)
    return Heads(weight.numpy(), bias.numpy(), penalties.numpy())


def deviations(features: Tensor, mean: Tensor) -> Tensor:
    """Return the standard deviation of each feature, shape (D,); 1 where only rounding tells images apart."""
    deviation = features.std(0, correction=0)
    return torch.where(deviation > _ROUNDING * mean.abs().clamp_min(_ROUNDING), deviation, 1)


def _principal(scatter: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues, shape (D,), and eigenvectors, (D, D); in double precision where single does not converge."""
    try:
        variance, axes = torch.linalg.eigh(scatter)
    except RuntimeError:  # LinAlgError, which is one
        variance, axes = (part.float() for part in torch.linalg.eigh(scatter.double()))
    return variance, axes


@dataclass(frozen=True)
class _Space:
    """The features along their principal axes, where the loss is nearly round once each axis is scaled."""

    x: Tensor  # (N, D)
    variance: Tensor  # (D,)
    labels: Tensor  # (N,)
    n_classes: int

    def trials(self, rows: BoolArray, inner: BoolArray) -> tuple[Tensor, Tensor]:
        """Return the best penalty of each head, shape (H,), and coefficients to start from, shape (H, K, D + 1).

        Coefficients are the weights and, last, the bias.

        Args:
            rows: which rows each head may learn from, shape (H, N).
            inner: those of them that the penalties are judged by, shape (H, N).
        """
        tried = np.repeat(rows & ~inner, len(PENALTIES), axis=0)  # (H * P, N)
        penalties = torch.tensor(PENALTIES).repeat(len(rows))  # (H * P,)
        zeros = torch.zeros(len(tried), self.n_classes, self.x.shape[1] + 1)
        trials = self.fit(torch.from_numpy(tried), penalties, zeros, TRIAL_ITERATIONS)
        losses = self.losses(trials, torch.from_numpy(np.repeat(inner, len(PENALTIES), axis=0)))
        best = losses.reshape(len(rows), -1).argmin(1) + torch.arange(len(rows)) * len(PENALTIES)
        return penalties[best], trials[best]

    def fit(self, rows: Tensor, penalties: Tensor, start: Tensor, iterations: int) -> Tensor:
        """Return coefficients (H, K, D + 1) that minimise mean cross-entropy + penalty * |weight|^2 / 2 for each head.

        The heads are independent, but share every matrix product. L-BFGS works on weights divided by the square root of
        the curvature bound variance / 4 + penalty (Boehning 1992, doi:10.1007/BF00048682), which saves most iterations.
        """
        share = (rows.float() / rows.sum(1, keepdim=True).clamp_min(1)).T[:, :, None]  # (N, H, 1)
        targets = self.labels[:, None, None].expand(-1, len(rows), 1)  # (N, H, 1)
        scale = (self.variance / 4 + penalties[:, None]).rsqrt()[:, None]  # (H, 1, D)
        scale = torch.cat([scale, torch.ones(len(rows), 1, 1)], 2)  # the bias is not scaled
        decay = penalties[:, None, None] * (torch.arange(scale.shape[2]) < scale.shape[2] - 1)  # nor penalised
        free = start / scale
        optimiser = torch.optim.LBFGS(
            [free],
            max_iter=iterations,
            tolerance_grad=1e-9,
            tolerance_change=1e-10,
            history_size=20,
            line_search_fn="strong_wolfe",
        )

        def closure() -> float:
            # By hand and not by autograd: the gradient is one more product of the same shape. The loss is summed in
            # float64: near the end it changes by less than float32 can show.
            coefficients = free * scale
            odds = self._logits(coefficients)  # in place from here: with many images, most time goes to these (N, H, K)
            odds -= odds.amax(-1, keepdim=True)
            given = odds.gather(2, targets)
            total = odds.exp_().sum(-1, keepdim=True)
            loss = (share * (total.log() - given)).sum(dtype=torch.float64)
            slope = odds.mul_(share / total).scatter_add_(2, targets, -share)
            of_weights = (slope.flatten(1).T @ self.x).reshape(*coefficients.shape[:2], -1)
            free.grad = (torch.cat([of_weights, slope.sum(0)[:, :, None]], 2) + decay * coefficients) * scale
            penalty = (decay * coefficients.square()).sum(dtype=torch.float64) / 2
            return float(penalty + loss)

        optimiser.step(closure)  # type: ignore[no-untyped-call]
        return free * scale

    def losses(self, coefficients: Tensor, held: Tensor) -> Tensor:
        """Return the mean log loss of each head on its held rows, shape (H,)."""
        log_probs = self._logits(coefficients).log_softmax(-1)
        targets = self.labels[:, None, None].expand(-1, len(coefficients), 1)
        losses = -log_probs.gather(2, targets).squeeze(-1)  # (N, H)
        return (losses * held.T).sum(0) / held.sum(1).clamp_min(1)

    def _logits(self, coefficients: Tensor) -> Tensor:
        """Return logits, shape (N, H, K)."""
        flat = coefficients.flatten(0, 1)  # (H * K, D + 1)
        return torch.addmm(flat[:, -1], self.x, flat[:, :-1].T).reshape(-1, *coefficients.shape[:2])
