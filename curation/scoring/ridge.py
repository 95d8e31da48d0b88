"""Ridge regression with held-out predictions: each leaves out the image and its copies, without fitting N times."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from models.arrays import BoolArray, Doubles, FloatArray, IntArray

_CELLS = 2**22  # predictions at a time, by all penalties


def groups_of_copies(groups: IntArray, learn: BoolArray) -> list[IntArray]:
    """Return the rows of each group of at least two images, at least one of which the judge learns from."""
    order = np.argsort(groups, kind="stable")
    runs = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return [run for run in runs if len(run) > 1 and learn[run].any()]


@dataclass(frozen=True)
class HeldOutRidge:
    """The features along the principal axes of their weighted scatter: every penalty is then a division.

    Source: leave-one-out residuals of ridge regression, e.g. Golub, Heath & Wahba 1979,
        doi:10.1080/00401706.1979.10489751; groups are left out by the same identity for a block.
    """

    turned: FloatArray  # (N, M)
    scatter: FloatArray  # (M,)
    trusted: FloatArray  # (N,)
    copies: list[IntArray]
    target: FloatArray  # (N, K)
    pull: FloatArray  # (M, K) features times targets, summed over the rows

    @classmethod
    def of(
        cls, features: FloatArray, trusted: FloatArray, copies: list[IntArray], target: FloatArray
    ) -> "HeldOutRidge":
        """Turn the features.

        Args:
            features: shape (N, M).
            trusted: weight of each row in the fit, shape (N,), 0 = not learned from.
            copies: as `groups_of_copies` returns them.
            target: shape (N, K).
        """
        scatter, axes = np.linalg.eigh((features * trusted[:, None]).T @ features)
        turned = features @ axes
        pull = turned.T @ (trusted[:, None] * target)
        return cls(turned, np.maximum(scatter, 0), trusted, copies, target, pull)

    def errors(self, learn: BoolArray, penalties: Doubles) -> Doubles:
        """Return the weighted squared error of the held-out predictions by each penalty, shape (P,), in one pass."""
        shrink = 1 / (self.scatter[:, None] + penalties).astype(np.float32)  # (M, P)
        towards = (shrink[:, :, None] * self.pull[:, None]).reshape(len(shrink), -1)  # (M, P * K)
        errors = np.zeros(len(penalties))
        alone = learn.copy()
        alone[np.concatenate([np.empty(0, np.int64), *self.copies])] = False
        at_once = max(1, _CELLS // towards.shape[1])
        singles, shape = np.flatnonzero(alone), (len(penalties), self.target.shape[1])
        for start in range(0, len(singles), at_once):  # none where every image has a copy
            rows = singles[start : start + at_once]
            turned, trusted = self.turned[rows], self.trusted[rows]
            leverage = np.square(turned) @ shrink * trusted[:, None]  # (R, P)
            missed = self.target[rows, None] - (turned @ towards).reshape(len(rows), *shape)
            errors += (np.square(missed).sum(2) / np.square(_left(leverage)) * trusted[:, None]).sum(0)
        for place, penalty in enumerate(penalties):
            for rows, left_out in self._without_copies(penalty):
                taught = learn[rows]
                off = self.target[rows[taught]] - left_out[taught]
                errors[place] += (np.square(off).sum(1) * self.trusted[rows[taught]]).sum()
        return errors

    def held_out(self, penalty: float) -> FloatArray:
        """Return predictions, shape (N, K), each without the image's own label and its copies'."""
        shrink = (1 / (self.scatter + penalty)).astype(np.float32)
        fitted = self.turned @ (shrink[:, None] * self.pull)
        leverage = (np.square(self.turned) @ shrink * self.trusted)[:, None]
        left_out = (fitted - leverage * self.target) / _left(leverage)
        for rows, without_copies in self._without_copies(penalty):
            left_out[rows] = without_copies
        return np.asarray(left_out, np.float32)

    def _without_copies(self, penalty: float) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield the rows of each group of copies, shape (R,), and their predictions without all its labels, (R, K)."""
        shrink = (1 / (self.scatter + penalty)).astype(np.float32)
        towards = shrink[:, None] * self.pull
        for rows, fitted in self._fitted(towards):
            turned, taught = self.turned[rows], self.trusted[rows] > 0
            pull = (turned * shrink) @ turned[taught].T * self.trusted[rows][taught]  # (R, T)
            missed = np.linalg.solve(np.eye(taught.sum()) - pull[taught], (self.target[rows] - fitted)[taught])
            yield rows, np.asarray(fitted - pull @ missed, np.float32)

    def _fitted(self, towards: FloatArray) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield the rows of each group of copies and their predictions; many groups share a product of matrices.

        A product for each group would read all of `towards`, 20 MB with 5,000 classes, for two or three rows.
        """
        at_once = max(1, _CELLS // towards.shape[1])
        ends = np.cumsum([len(rows) for rows in self.copies])
        for _, groups in groupby(range(len(self.copies)), lambda place: int(ends[place]) // at_once):
            several = [self.copies[place] for place in groups]
            fitted = self.turned[np.concatenate(several)] @ towards
            yield from zip(several, np.split(fitted, np.cumsum([len(rows) for rows in several])[:-1]), strict=True)


def _left(leverage: FloatArray | Doubles) -> FloatArray:
    """Return how much of an image's prediction comes from the other images; rounding must not make it nothing."""
    return np.asarray(np.maximum(1 - leverage, 1e-6), np.float32)
