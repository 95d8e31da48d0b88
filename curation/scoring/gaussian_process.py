"""Logistic regression with a normal prior, in two forms: over few weights, and over the products of the rows."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from curation.scoring.traits import shares
from models.arrays import BoolArray, Doubles

_STEPS = 50
_DONE = 1e-4  # nats that a step gains at least
_SHORTEST = 1e-3  # of a step: halved until it gains


@dataclass(frozen=True)
class Posterior:
    """The most probable log-odds of n answers, and what they say of other rows."""

    pull: Doubles  # (n,) prior mean + products with the n rows @ pull = log-odds of any row
    left_out: Doubles  # (n,) log-odds of each row as if its answer were not known


def posterior(products: Doubles, mean: Doubles, yes: BoolArray, weights: Doubles) -> Posterior:
    """Fit log-odds that are normal around `mean` before the answers.

    Args:
        products: covariance of the log-odds, shape (n, n).
        mean: log-odds before the answers, shape (n,).
        yes: answers, shape (n,).
        weights: how many answers each stands for, shape (n,), > 0.

    Source: Laplace approximation, Rasmussen and Williams 2006, algorithm 3.1, and leave-one-out predictions from it,
        Vehtari et al. 2016, section 3.2, arXiv:1412.7461.
    """
    sign, pull, odds = np.where(yes, 1.0, -1.0), np.zeros(len(mean)), mean.copy()

    def worth(pull: Doubles, odds: Doubles) -> float:
        return float(-(weights * np.logaddexp(0, -sign * odds)).sum() - 0.5 * pull @ (odds - mean))

    before = worth(pull, odds)
    for _ in range(_STEPS):
        share = shares(odds)
        bend = np.maximum(weights * share * (1 - share), 1e-10)
        aim = bend * (odds - mean) + weights * (yes - share)
        step = _solved(products, bend, aim) - pull
        length = 1.0
        while True:
            tried = pull + length * step
            tried_odds = mean + products @ tried
            after = worth(tried, tried_odds)
            if after >= before - 1e-9 or length < _SHORTEST:
                break
            length /= 2
        gained, pull, odds, before = after - before, tried, tried_odds, after
        if gained < _DONE:
            break
    return Posterior(pull, _left_out(products, mean, yes, weights, odds))


def _solved(products: Doubles, bend: Doubles, aim: Doubles) -> Doubles:
    root = np.sqrt(bend)
    factor = cho_factor(np.eye(len(root)) + root[:, None] * products * root, lower=True, check_finite=False)
    return np.asarray(aim - root * cho_solve(factor, root * (products @ aim), check_finite=False))


def _left_out(products: Doubles, mean: Doubles, yes: BoolArray, weights: Doubles, odds: Doubles) -> Doubles:
    """Return the log-odds of each row without its own answer: an answer counts as a normal one that bends as much."""
    if not len(odds):
        return odds
    share = shares(odds)
    bend = np.maximum(weights * share * (1 - share), 1e-10)
    as_normal = odds - mean + weights * (yes - share) / bend
    root = np.sqrt(bend)
    factor = cho_factor(np.eye(len(root)) + root[:, None] * products * root, lower=True, check_finite=False)
    inverse = root[:, None] * cho_solve(factor, np.diag(root), check_finite=False)  # of products + 1 / bend
    return np.asarray(mean + as_normal - inverse @ as_normal / np.maximum(inverse.diagonal(), 1e-12))


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
        while worth(weights + step) < before - 1e-9 and np.abs(step).max() > 1e-6:
            step = step / 2
        weights = weights + step
        after = worth(weights)
        if after - before < _DONE:
            break
        before = after
    return np.asarray(weights, np.float64)
