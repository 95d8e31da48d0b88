"""Ridge regression with held-out predictions: each leaves out the image and its copies, without fitting N times."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.figures.class_sums import class_sums
from models.processors.blocks import in_threads, read_rows, row_blocks

_CELLS = 2**22  # predictions at a time, by all penalties
_TRIED, _TRIED_CELLS = 50_000, 2**28  # images that tell the errors of the penalties, and their predictions, at most


def groups_of_copies(groups: IntArray, learn: BoolArray) -> list[IntArray]:
    """Return the rows of each group of at least two images, at least one of which the judge learns from."""
    order = np.argsort(groups, kind="stable")
    runs = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return [run for run in runs if len(run) > 1 and learn[run].any()]


@dataclass(frozen=True)
class HeldOutRidge:
    """A fit along the principal axes of the features' weighted scatter: every penalty is then a division.

    The targets of an image are 1 for its label and 0 for every other class, less the class's share. Features may be a
    memory map: they are read a block of rows at a time.

    Source: leave-one-out residuals of ridge regression, e.g. Golub, Heath & Wahba 1979,
        doi:10.1080/00401706.1979.10489751; groups are left out by the same identity for a block.
    """

    features: FloatArray  # (N, M)
    axes: FloatArray  # (M, M)
    scatter: FloatArray  # (M,) along the axes
    trusted: FloatArray  # (N,)
    copies: list[IntArray]
    labels: IntArray  # (N,)
    shares: FloatArray  # (K,)
    pull: FloatArray  # (M, K) turned features times targets, summed over the rows

    @classmethod
    def of(
        cls, features: FloatArray, trusted: FloatArray, copies: list[IntArray], labels: IntArray, shares: FloatArray
    ) -> "HeldOutRidge":
        """Fit it.

        Args:
            features: shape (N, M).
            trusted: weight of each row in the fit, shape (N,), 0 = not learned from.
            copies: as `groups_of_copies` returns them.
            labels: class indices, shape (N,), values 0..K-1.
            shares: of the classes, shape (K,).
        """
        width = features.shape[1]
        scatter, sums = np.zeros((width, width), np.float32), np.zeros((len(shares), width), np.float32)

        def add_up(rows: slice) -> tuple[FloatArray, IntArray, FloatArray]:
            block = read_rows(features, rows)
            weighted = np.asarray(block * trusted[rows, None], np.float32)
            return np.asarray(weighted.T @ block, np.float32), *class_sums(weighted, labels[rows])

        for of_block, present, of_classes in in_threads(add_up, row_blocks(len(features), width)):
            scatter += of_block
            sums[present] += of_classes
        spread, axes = np.linalg.eigh(scatter)
        pull = axes.T @ (sums.T - np.outer(sums.sum(0), shares.astype(np.float32)))
        return cls(features, axes, np.maximum(spread, 0), trusted, copies, labels, shares.astype(np.float32), pull)

    def errors(self, learn: BoolArray, penalties: Doubles, seed: int = 0) -> Doubles:
        """Return the weighted squared error of the held-out predictions by each penalty, shape (P,), in one pass.

        Of very many images so many drawn ones tell, with their copies.
        """
        shrink = 1 / (self.scatter[:, None] + penalties).astype(np.float32)  # (M, P)
        towards = (shrink[:, :, None] * self.pull[:, None]).reshape(len(shrink), -1)  # (M, P * K)
        tried = np.random.default_rng(seed).permutation(np.flatnonzero(learn))
        chosen = np.zeros(len(learn), bool)
        chosen[tried[: max(1, min(_TRIED, _TRIED_CELLS // towards.shape[1]))]] = True
        copies = [rows for rows in self.copies if chosen[rows[learn[rows]][:1]].any()]
        alone = learn & chosen
        alone[np.concatenate([np.empty(0, np.int64), *self.copies])] = False
        singles, shape = np.flatnonzero(alone), (len(penalties), len(self.shares))

        def of_singles(block: slice) -> Doubles:
            rows = singles[block]
            turned, trusted = read_rows(self.features, rows) @ self.axes, self.trusted[rows]
            leverage = np.square(turned) @ shrink * trusted[:, None]  # (R, P)
            missed = (turned @ towards).reshape(len(rows), *shape)
            missed -= self._targets(rows)[:, None]
            squared = np.einsum("rpk,rpk->rp", missed, missed)
            return np.asarray((squared / np.square(_left(leverage)) * trusted[:, None]).sum(0), np.float64)

        at_once = max(1, _CELLS // towards.shape[1])
        blocks = [slice(start, start + at_once) for start in range(0, len(singles), at_once)]
        errors = sum(in_threads(of_singles, blocks), np.zeros(len(penalties)))
        for place, penalty in enumerate(penalties):
            for rows, left_out in self._without_copies(penalty, copies):
                taught = learn[rows]
                off = self._targets(rows[taught]) - left_out[taught]
                errors[place] += (np.square(off).sum(1) * self.trusted[rows[taught]]).sum()
        return errors

    def held_out(self, penalty: float) -> FloatArray:
        """Return predictions, shape (N, K), each without the image's own label and its copies'."""
        shrink = (1 / (self.scatter + penalty)).astype(np.float32)
        towards = shrink[:, None] * self.pull
        left_out = np.empty((len(self.features), len(self.shares)), np.float32)

        def predict(rows: slice) -> None:
            turned = read_rows(self.features, rows) @ self.axes
            leverage = (np.square(turned) @ shrink * self.trusted[rows])[:, None]
            block = np.matmul(turned, towards, out=left_out[rows])
            block += leverage * self.shares
            block[np.arange(len(block)), self.labels[rows]] -= leverage[:, 0]
            block /= _left(leverage)

        for _ in in_threads(predict, row_blocks(len(left_out), max(self.features.shape[1], left_out.shape[1]))):
            pass
        for rows, without_copies in self._without_copies(penalty, self.copies):
            left_out[rows] = without_copies
        return left_out

    def _targets(self, rows: IntArray) -> FloatArray:
        """Return the targets of some rows, shape (R, K)."""
        targets = np.tile(-self.shares, (len(rows), 1))
        targets[np.arange(len(rows)), self.labels[rows]] += 1
        return targets

    def _without_copies(self, penalty: float, copies: list[IntArray]) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield the rows of each group of copies, shape (R,), and their predictions without all its labels, (R, K)."""
        shrink = (1 / (self.scatter + penalty)).astype(np.float32)
        towards = shrink[:, None] * self.pull
        for rows, turned, fitted in self._fitted(towards, copies):
            taught = self.trusted[rows] > 0
            pull = (turned * shrink) @ turned[taught].T * self.trusted[rows][taught]  # (R, T)
            missed = np.linalg.solve(np.eye(taught.sum()) - pull[taught], (self._targets(rows) - fitted)[taught])
            yield rows, np.asarray(fitted - pull @ missed, np.float32)

    def _fitted(self, towards: FloatArray, copies: list[IntArray]) -> Iterator[tuple[IntArray, FloatArray, FloatArray]]:
        """Yield the rows of each group of copies, turned, and their predictions; many groups share a product.

        A product for each group would read all of `towards`, 20 MB with 5,000 classes, for two or three rows.
        """
        at_once = max(1, _CELLS // max(towards.shape))
        ends = np.cumsum([len(rows) for rows in copies])
        for _, groups in groupby(range(len(copies)), lambda place: int(ends[place]) // at_once):
            several = [copies[place] for place in groups]
            turned = read_rows(self.features, np.concatenate(several)) @ self.axes
            cuts = np.cumsum([len(rows) for rows in several])[:-1]
            yield from zip(several, np.split(turned, cuts), np.split(turned @ towards, cuts), strict=True)


def _left(leverage: FloatArray | Doubles) -> FloatArray:
    """Return how much of an image's prediction comes from the other images; rounding must not make it nothing."""
    return np.asarray(np.maximum(1 - leverage, 1e-6), np.float32)
