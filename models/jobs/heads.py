"""Linear heads on cached features: every fold and every penalty is fitted in the same few matrix products."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.figures.folds import inner_split
from models.figures.predictions import NO_FOLD
from models.figures.softmax import softmax
from models.jobs.discriminant import FROM_CLASSES, fit_discriminants
from models.processors.blocks import in_threads, read_rows, row_blocks

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)  # tried on an inner split; 0.1 was best on photographs, drawn scenes and CIFAR-10
TRIAL_ITERATIONS = 25  # enough to rank the penalties: more iterations changed neither the choice nor any class
_ROUNDING = 1e-6  # of a feature's mean, or of 1e-6: the deviation of images that are all alike
HELD = 2**26  # features held in memory, at most: 256 MB
TRIAL_ROWS = 20_000  # of more rows, so many drawn ones choose the penalties and bring the fit near the solution
LARGE_ITERATIONS = 30  # of all rows then
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

    def held_out(self, features: Features, fold: IntArray) -> FloatArray:
        """Return the probabilities of the head of each image's fold, of other images the mean, shape (N, K).

        Args:
            features: shape (N, D); a memory map is read a block at a time.
            fold: the head that judges, 0..H-1, or NO_FOLD, shape (N,).
        """
        n_heads, n_classes, width = self.weight.shape
        probs = np.zeros((len(features), n_classes), np.float32)

        def predict(rows: slice) -> None:
            block, of_block = read_rows(features, rows), fold[rows]
            for head in range(n_heads):
                share = np.where(of_block == NO_FOLD, np.float32(1 / n_heads), np.float32(of_block == head))
                judged = np.flatnonzero(share)
                if len(judged):
                    logits = block[judged] @ self.weight[head].T + self.bias[head]
                    probs[rows][judged] += softmax(logits) * share[judged, None]

        for _ in in_threads(predict, row_blocks(len(features), max(width, n_classes))):
            pass
        return probs

    def of_classes(self, n_classes: int) -> "Heads":
        """Return the heads with so many classes: those beyond are left out, and missing ones have no weights yet."""
        more = ((0, 0), (0, max(0, n_classes - self.bias.shape[1])))
        weight = np.pad(self.weight[:, :n_classes], (*more, (0, 0)))
        return Heads(weight, np.pad(self.bias[:, :n_classes], more), self.penalty)


def fit_heads(
    features: Features,
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
        features: embeddings of a frozen backbone, shape (N, D); a large memory map is read a block at a time.
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
    walk = _Walk.over(features, standardise)
    space = _Space.on_principal_axes(walk, torch.from_numpy(labels), n_classes)
    if start is None:
        penalties, first = _tried(space, labels, rows, groups, seed)
    else:
        penalties = torch.from_numpy(start.penalty)
        first = space.coefficients(torch.from_numpy(start.weight), torch.from_numpy(start.bias))
    iterations = LARGE_ITERATIONS if rows.any(0).sum() > TRIAL_ROWS else FINAL_ITERATIONS
    final = space.fit(torch.from_numpy(rows), penalties, first, iterations)
    return Heads(*space.as_they_are(final), penalties.numpy())


def _tried(space: "_Space", labels: IntArray, rows: BoolArray, groups: IntArray, seed: int) -> tuple[Tensor, Tensor]:
    """Return the best penalty of each head, shape (H,), and coefficients to start from; of many rows a sample tells."""
    learned, sample = np.flatnonzero(rows.any(0)), space
    if many := len(learned) > TRIAL_ROWS:
        drawn = np.sort(np.random.default_rng(seed).permutation(learned)[:TRIAL_ROWS])
        sample, labels, groups, rows = space.of_rows(drawn), labels[drawn], groups[drawn], rows[:, drawn]
    inner = np.stack([inner_split(mask, labels, groups, seed + i) for i, mask in enumerate(rows)])  # (H, N)
    penalties, first = sample.trials(rows, inner)
    return penalties, sample.fit(torch.from_numpy(rows), penalties, first, FINAL_ITERATIONS) if many else first


def _principal(scatter: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues, shape (D,), and eigenvectors, (D, D); in double precision where single does not converge."""
    try:
        variance, axes = torch.linalg.eigh(scatter)
    except RuntimeError:  # LinAlgError, which is one
        variance, axes = (part.float() for part in torch.linalg.eigh(scatter.double()))
    return variance, axes


@dataclass(frozen=True)
class _Walk:
    """Standardised features, read a block of rows at a time; those that fit into memory are held there."""

    features: Features  # (N, D) as they are; where all are held, only their number counts
    mean: Tensor  # (D,)
    scale: Tensor  # (D,)
    held: Tensor | None = None  # (N, D) standardised

    @classmethod
    def over(cls, features: Features, standardise: bool) -> "_Walk":
        """Walk features, shape (N, D), given the same deviation where that is asked for."""
        n, width = features.shape
        raw = torch.from_numpy(read_rows(features, slice(None))) if n * width <= HELD else None

        def blocks() -> Iterable[Tensor]:
            if raw is not None:
                return [raw]
            return (torch.from_numpy(read_rows(features, rows)) for rows in row_blocks(n, width))

        mean = sum(block.sum(0, dtype=torch.float64) for block in blocks()) / n
        scale = torch.ones(width)
        if standardise:
            spread = (sum((block - mean.float()).square().sum(0, dtype=torch.float64) for block in blocks()) / n).sqrt()
            # Where only rounding tells images apart, a feature keeps its deviation.
            scale = torch.where(spread > _ROUNDING * mean.abs().clamp_min(_ROUNDING), spread, 1).float()
        mean = mean.float()
        return cls(features, mean, scale, None if raw is None else (raw - mean) / scale)

    def __len__(self) -> int:
        return len(self.features)

    def blocks(self, width: int) -> Iterator[tuple[slice, Tensor]]:
        """Yield rows and their standardised features; work on a row takes about `width` numbers."""
        for rows in row_blocks(len(self), max(width, self.features.shape[1])):
            yield rows, self.read(rows)

    def read(self, rows: slice | IntArray) -> Tensor:
        """Return the standardised features of some rows, shape (R, D)."""
        if self.held is not None:
            return self.held[rows]
        return torch.from_numpy(read_rows(self.features, rows)).sub_(self.mean).div_(self.scale)


@dataclass(frozen=True)
class _Space:
    """The features along their principal axes, where the loss is nearly round once each axis is scaled.

    Coefficients are those of the axes; features are not turned, but coefficients and slopes are, which is cheaper.
    """

    walk: _Walk
    axes: Tensor  # (D, D)
    variance: Tensor  # (D,)
    labels: Tensor  # (N,)
    n_classes: int

    @classmethod
    def on_principal_axes(cls, walk: _Walk, labels: Tensor, n_classes: int) -> "_Space":
        """Find the axes of all N rows."""
        width = len(walk.mean)
        scatter = torch.zeros(width, width)
        for _, block in walk.blocks(width):
            scatter.addmm_(block.T, block)
        variance, axes = _principal(scatter / len(walk))
        return cls(walk, axes, variance.clamp_min(0), labels, n_classes)

    def of_rows(self, rows: IntArray) -> "_Space":
        """Return the same space with some rows only, held in memory."""
        held = self.walk.read(rows)
        return replace(self, walk=replace(self.walk, features=held.numpy(), held=held), labels=self.labels[rows])

    def coefficients(self, weight: Tensor, bias: Tensor) -> Tensor:
        """Return coefficients, shape (H, K, D + 1), of heads for the features as they are."""
        turned = (weight * self.walk.scale) @ self.axes
        return torch.cat([turned, (bias + (weight * self.walk.mean).sum(-1))[:, :, None]], 2)

    def as_they_are(self, coefficients: Tensor) -> tuple[FloatArray, FloatArray]:
        """Return weight, shape (H, K, D), and bias, (H, K), for the features as they are."""
        weight = (coefficients[:, :, :-1] @ self.axes.T) / self.walk.scale
        return weight.numpy(), (coefficients[:, :, -1] - (weight * self.walk.mean).sum(-1)).numpy()

    def trials(self, rows: BoolArray, inner: BoolArray) -> tuple[Tensor, Tensor]:
        """Return the best penalty of each head, shape (H,), and coefficients to start from, shape (H, K, D + 1).

        Coefficients are the weights and, last, the bias.

        Args:
            rows: which rows each head may learn from, shape (H, N).
            inner: those of them that the penalties are judged by, shape (H, N).
        """
        tried = np.repeat(rows & ~inner, len(PENALTIES), axis=0)  # (H * P, N)
        penalties = torch.tensor(PENALTIES).repeat(len(rows))  # (H * P,)
        zeros = torch.zeros(len(tried), self.n_classes, len(self.axes) + 1)
        trials = self.fit(torch.from_numpy(tried), penalties, zeros, TRIAL_ITERATIONS)
        losses = self.losses(trials, torch.from_numpy(np.repeat(inner, len(PENALTIES), axis=0)))
        best = losses.reshape(len(rows), -1).argmin(1) + torch.arange(len(rows)) * len(PENALTIES)
        return penalties[best], trials[best]

    def fit(self, rows: Tensor, penalties: Tensor, start: Tensor, iterations: int) -> Tensor:
        """Return coefficients (H, K, D + 1) that minimise mean cross-entropy + penalty * |weight|^2 / 2 for each head.

        The heads are independent, but share every matrix product. L-BFGS works on weights divided by the square root of
        the curvature bound variance / 4 + penalty (Boehning 1992, doi:10.1007/BF00048682), which saves most iterations.
        """
        weights = 1 / rows.sum(1).clamp_min(1)  # (H,)
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
            turned = self._turned(coefficients)
            slopes, slope_sums, loss = torch.zeros_like(turned[0]), torch.zeros_like(turned[1]), 0.0
            for some, x in self.walk.blocks(len(turned[0])):
                targets = self.labels[some, None, None].expand(-1, len(rows), 1)  # (R, H, 1)
                share = (rows[:, some] * weights[:, None]).T[:, :, None]  # (R, H, 1)
                odds = torch.addmm(turned[1], x, turned[0].T).reshape(len(x), len(rows), -1)
                odds -= odds.amax(-1, keepdim=True)  # in place from here: most time goes to these (R, H, K)
                given = odds.gather(2, targets)
                total = odds.exp_().sum(-1, keepdim=True)
                loss += float((share * (total.log() - given)).sum(dtype=torch.float64))
                slope = odds.mul_(share / total).scatter_add_(2, targets, -share).flatten(1)
                slopes.addmm_(slope.T, x)
                slope_sums += slope.sum(0)
            of_weights = (slopes @ self.axes).reshape(*coefficients.shape[:2], -1)
            of_biases = slope_sums.reshape(*coefficients.shape[:2], 1)
            free.grad = (torch.cat([of_weights, of_biases], 2) + decay * coefficients) * scale
            return float((decay * coefficients.square()).sum(dtype=torch.float64) / 2) + loss

        optimiser.step(closure)  # type: ignore[no-untyped-call]
        return free * scale

    def losses(self, coefficients: Tensor, held: Tensor) -> Tensor:
        """Return the mean log loss of each head on its held rows, shape (H,)."""
        weight, bias = self._turned(coefficients)
        sums = torch.zeros(len(coefficients))
        for some, x in self.walk.blocks(len(weight)):
            log_probs = torch.addmm(bias, x, weight.T).reshape(len(x), len(coefficients), -1).log_softmax(-1)
            targets = self.labels[some, None, None].expand(-1, len(coefficients), 1)
            sums -= (log_probs.gather(2, targets).squeeze(-1) * held[:, some].T).sum(0)
        return sums / held.sum(1).clamp_min(1)

    def _turned(self, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """Return weights, shape (H * K, D), and biases, shape (H * K,), for the features before they are turned."""
        flat = coefficients.flatten(0, 1)  # (H * K, D + 1)
        return flat[:, :-1] @ self.axes.T, flat[:, -1]
