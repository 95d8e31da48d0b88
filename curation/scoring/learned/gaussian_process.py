"""Logistic regression with a normal prior, in two forms: over few weights, and over the products of the rows."""

import numpy as np

from curation.scoring.learned.traits import shares
from models.arrays import BoolArray, Doubles, FloatArray, IntArray

_STEPS = 50
_DONE = 1e-2  # nats that a step gains at least
_ROUNDING = 1e-3  # nats that a step may seem to lose
_SHORTEST = 1e-3  # of a step: halved until it gains


class Posterior:
    """The most probable log-odds of n answers that were normal around a mean, and what they say of other rows.

    Source: Laplace approximation, Rasmussen and Williams 2006, algorithm 3.1, and leave-one-out predictions from it,
        Vehtari et al. 2016, section 3.2, arXiv:1412.7461.
    """

    def __init__(self, products: FloatArray, mean: Doubles, yes: BoolArray, counts: Doubles):
        """Fit the log-odds by Newton's method.

        Args:
            products: covariance of the log-odds before the answers, shape (n, n).
            mean: log-odds before the answers, shape (n,).
            yes: answers, shape (n,).
            counts: how many answers each stands for, shape (n,), > 0.
        """
        self._products, self._mean, self._yes, self._counts = products, mean, yes, counts
        self.pull = np.zeros(len(mean))  # prior mean + products with the n rows @ pull = log-odds of any row
        self._odds, worth = mean.copy(), self._worth(self.pull, mean)
        for _ in range(_STEPS):
            step, length = self._newton() - self.pull, 1.0
            while True:
                tried = self.pull + length * step
                odds = mean + products @ tried
                after = self._worth(tried, odds)
                if after >= worth - _ROUNDING or length < _SHORTEST:
                    break
                length /= 2
            gained, worth, self.pull, self._odds = after - worth, after, tried, odds
            if gained < _DONE:
                break

    def left_out(self, places: IntArray) -> Doubles:
        """Return the log-odds of some of the n rows as if their own answers were not known, shape (M,)."""
        if not len(places):
            return np.zeros(0)
        missed, bend = self._slope()
        as_normal = self._odds - self._mean + missed / bend  # an answer counts as a normal one that bends as much
        root = np.sqrt(bend)
        columns = np.zeros((len(root), len(places)))
        columns[places, np.arange(len(places))] = root[places]
        inverse = root[:, None] * self._solve(root, columns)  # columns of the inverse of products + 1 / bend
        own = np.maximum(inverse[places, np.arange(len(places))], 1e-12)
        return np.asarray(self._mean[places] + as_normal[places] - inverse.T @ as_normal / own)

    def _worth(self, pull: Doubles, odds: Doubles) -> float:
        sign = np.where(self._yes, 1.0, -1.0)
        return float(-(self._counts * np.logaddexp(0, -sign * odds)).sum() - 0.5 * pull @ (odds - self._mean))

    def _newton(self) -> Doubles:
        """Return the pull that would be best if the likelihood were as curved everywhere as it is here."""
        missed, bend = self._slope()
        aim, root = bend * (self._odds - self._mean) + missed, np.sqrt(bend)
        return np.asarray(aim - root * self._solve(root, root * (self._products @ aim)))

    def _slope(self) -> tuple[Doubles, Doubles]:
        """Return slope and curvature of the log likelihood along each log-odds, shape (n,) each."""
        share = shares(self._odds)
        return self._counts * (self._yes - share), np.maximum(self._counts * share * (1 - share), 1e-10)

    def _solve(self, root: Doubles, right: Doubles) -> Doubles:
        """Return (1 + root products root)^-1 right; no eigenvalue is below 1, so that float32 is exact enough."""
        from scipy.linalg import cho_factor, cho_solve  # not at the top: a screen that only counts needs no SciPy

        curved = np.asarray(root[:, None] * self._products * root, np.float32)
        curved[np.diag_indices_from(curved)] += 1
        factor = cho_factor(curved, lower=True, overwrite_a=True, check_finite=False)
        return np.asarray(cho_solve(factor, right, check_finite=False), np.float64)


def fitted_weights(rows: Doubles, mean: Doubles, yes: BoolArray, spread: Doubles) -> Doubles:
    """Return the most probable weights, shape (W,), of log-odds `mean + rows @ weights`.

    Args:
        rows: shape (n, W), few columns.
        mean: log-odds before the answers, shape (n,).
        yes: answers, shape (n,).
        spread: standard deviation of each weight around 0 before the answers, shape (W,).
    """
    weights = np.zeros(len(spread))
    sign, hold = np.where(yes, 1.0, -1.0), 1 / np.square(spread)

    def worth(weights: Doubles) -> float:
        odds = mean + rows @ weights
        return float(-np.logaddexp(0, -sign * odds).sum() - 0.5 * (hold * weights * weights).sum())

    before = worth(weights)
    for _ in range(_STEPS):
        share = shares(mean + rows @ weights)
        slope = rows.T @ (yes - share) - hold * weights
        step = np.linalg.solve((rows * (share * (1 - share))[:, None]).T @ rows + np.diag(hold), slope)
        while worth(weights + step) < before - _ROUNDING and np.abs(step).max() > 1e-6:
            step = step / 2
        weights = weights + step
        after = worth(weights)
        if after - before < _DONE:
            break
        before = after
    return np.asarray(weights, np.float64)
