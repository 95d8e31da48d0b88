"""Linear heads on cached features: every fold and every penalty is fitted in the same few matrix products."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.arrays import BoolArray, FloatArray, IntArray
from models.folds import inner_split

PENALTIES = (
    1e-4,
    1e-3,
    1e-2,
    1e-1,
)  # tried on an inner split; the range brackets the best from 100 to 50,000 rows


@dataclass(frozen=True)
class Heads:
    """H linear classifiers over the same D features."""

    weight: FloatArray  # (H, K, D)
    bias: FloatArray  # (H, K)
    penalty: FloatArray  # (H,) the L2 penalty chosen for each

    def probs(self, features: FloatArray) -> FloatArray:
        """Return class probabilities, shape (H, N, K), for features, shape (N, D)."""
        logits = np.einsum("nd,hkd->hnk", features, self.weight, optimize=True) + self.bias[:, None]
        logits -= logits.max(-1, keepdims=True)
        odds = np.exp(logits)
        return np.asarray(odds / odds.sum(-1, keepdims=True), np.float32)


def fit_heads(
    features: FloatArray, labels: IntArray, rows: BoolArray, groups: IntArray, n_classes: int, seed: int
) -> Heads:
    """Fit one multinomial logistic regression for each set of training rows.

    The penalty of each head is chosen by the log loss on an inner split of its own rows; the head is then fitted again on all
    of them. Features are standardised with the mean and deviation of all N rows: no label takes part in that.

    Args:
        features: embeddings of a frozen backbone, shape (N, D).
        labels: given class indices, shape (N,).
        rows: which rows each head may learn from, shape (H, N).
        groups: duplicates share a group, shape (N,); an inner split never separates them.
        n_classes: K; a class without rows gets a low probability.
        seed: draws the inner splits.

    Returns:
        heads that apply to the features as they are: the standardisation is folded into the weights.
    """
    x, mean, scale = _standardised(features)
    variance, axes = torch.linalg.eigh(x.T @ x / len(x))  # (D,), (D, D)
    space = _Space(x @ axes, variance.clamp_min(0), torch.from_numpy(labels), n_classes)
    inner = np.stack([inner_split(own, labels, groups, seed + i) for i, own in enumerate(rows)])  # (H, N)
    tried = np.repeat(rows & ~inner, len(PENALTIES), axis=0)  # (H * P, N)
    first, bias = space.fit(torch.from_numpy(tried), torch.tensor(PENALTIES).repeat(len(rows)))
    losses = space.losses(first, bias, torch.from_numpy(np.repeat(inner, len(PENALTIES), axis=0)))
    best = torch.tensor(PENALTIES)[losses.reshape(len(rows), -1).argmin(1)]
    rotated, bias = space.fit(torch.from_numpy(rows), best)
    weight = (rotated @ axes.T) / scale
    bias = bias - (weight * mean).sum(-1)
    return Heads(weight.numpy(), bias.numpy(), best.numpy())


def _standardised(features: FloatArray) -> tuple[Tensor, Tensor, Tensor]:
    """Return the features with zero mean and unit deviation, shape (N, D), their mean and their deviation."""
    raw = torch.from_numpy(np.array(features, np.float32))
    mean, scale = raw.mean(0), raw.std(0, correction=0).clamp_min(1e-6)
    return (raw - mean) / scale, mean, scale


@dataclass(frozen=True)
class _Space:
    """The features along their principal axes, where the loss is nearly round once each axis is scaled."""

    x: Tensor  # (N, D)
    variance: Tensor  # (D,)
    labels: Tensor  # (N,)
    n_classes: int

    def fit(self, rows: Tensor, penalties: Tensor) -> tuple[Tensor, Tensor]:
        """Return weights (H, K, D) and biases (H, K) minimising mean cross-entropy + penalty * |weight|^2 / 2 for each head.

        The heads are independent, but share every matrix product. L-BFGS works on weights divided by the square root of the
        curvature bound variance / 4 + penalty (Boehning 1992, doi:10.1007/BF00048682), which saves most iterations.
        """
        heads, n_features = len(rows), self.x.shape[1]
        share = (rows.float() / rows.sum(1, keepdim=True).clamp_min(1)).T[:, :, None]  # (N, H, 1)
        target = torch.nn.functional.one_hot(self.labels, self.n_classes)[:, None].float()  # (N, 1, K)
        scale = (self.variance / 4 + penalties[:, None]).rsqrt()[:, None]  # (H, 1, D)
        free = torch.zeros(heads, self.n_classes, n_features + 1)  # scaled weights and, last, the bias
        optimiser = torch.optim.LBFGS(
            [free], max_iter=50, history_size=10, tolerance_change=1e-7, line_search_fn="strong_wolfe"
        )

        def closure() -> float:
            # By hand rather than by autograd: the gradient is one more product of the same shape.
            weight = free[:, :, :-1] * scale
            log_probs = self._logits(weight, free[:, :, -1]).log_softmax(-1)
            slope = (log_probs.exp() - target) * share  # (N, H, K)
            towards = (slope.flatten(1).T @ self.x).reshape(weight.shape) + penalties[:, None, None] * weight
            free.grad = torch.cat([towards * scale, slope.sum(0)[:, :, None]], 2)
            decay = (penalties[:, None, None] * weight.square()).sum() / 2
            return float(decay - (log_probs * target * share).sum())

        optimiser.step(closure)
        return free[:, :, :-1] * scale, free[:, :, -1]

    def losses(self, weight: Tensor, bias: Tensor, held: Tensor) -> Tensor:
        """Return the mean log loss of each head on its held rows, shape (H,)."""
        log_probs = self._logits(weight, bias).log_softmax(-1)
        own = self.labels[:, None, None].expand(-1, len(weight), 1)
        losses = -log_probs.gather(2, own).squeeze(-1)  # (N, H)
        return (losses * held.T).sum(0) / held.sum(1).clamp_min(1)

    def _logits(self, weight: Tensor, bias: Tensor) -> Tensor:
        """Return logits, shape (N, H, K)."""
        flat = torch.addmm(bias.flatten(), self.x, weight.flatten(0, 1).T)
        return flat.reshape(-1, *bias.shape)
