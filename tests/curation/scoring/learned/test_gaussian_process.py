"""Logistic regressions with a normal prior, against an optimiser that knows nothing of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from curation.scoring.learned.gaussian_process import Posterior, fitted_weights
from models.arrays import BoolArray, Doubles, FloatArray


def problem(n: int, seed: int) -> tuple[FloatArray, Doubles, BoolArray, Doubles]:
    random = np.random.default_rng(seed)
    points = random.standard_normal((n, 3))
    products = 2 * np.exp(-np.square(points[:, None] - points[None]).sum(2) / 2) + 1
    return (
        np.asarray(products, np.float32),
        random.standard_normal(n) * 2 - 1,
        random.random(n) < 0.4,
        random.integers(1, 4, n).astype(np.float64),
    )


@given(st.integers(1, 30), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_most_probable_log_odds(n: int, seed: int) -> None:
    products, mean, yes, counts = problem(n, seed)
    exact = products.astype(np.float64) + 1e-9 * np.eye(n)
    inverse, sign = np.linalg.inv(exact), np.where(yes, 1.0, -1.0)

    def loss(odds: Doubles) -> float:
        off = odds - mean
        return float((counts * np.logaddexp(0, -sign * odds)).sum() + 0.5 * off @ inverse @ off)

    best = minimize(loss, mean, method="BFGS", options={"maxiter": 5000})
    odds = mean + exact @ Posterior(products, mean, yes, counts).pull
    assert loss(odds) <= best.fun + 0.05


def test_an_answer_is_left_out_as_if_it_were_not_known() -> None:
    off, moved = [], []
    for seed in range(20):
        products, mean, yes, _ = problem(20, seed)
        counts, place, rest = np.ones(20), seed % 20, np.arange(20) != seed % 20
        others = Posterior(products[np.ix_(rest, rest)], mean[rest], yes[rest], counts[rest])
        refitted = mean[place] + products[place, rest] @ others.pull
        fitted = Posterior(products, mean, yes, counts)
        off.append(abs(fitted.left_out(np.array([place]))[0] - refitted))
        moved.append(abs(mean[place] + products[place] @ fitted.pull - refitted))
    assert np.mean(off) < 0.1 * np.mean(moved)


def test_no_answers_say_nothing() -> None:
    nothing = np.zeros(0)
    fitted = Posterior(np.zeros((0, 0), np.float32), nothing, nothing > 0, nothing)
    assert fitted.pull.shape == (0,)
    assert fitted.left_out(np.zeros(0, np.int64)).shape == (0,)
    assert fitted_weights(np.zeros((0, 2)), nothing, nothing > 0, np.ones(2)).tolist() == [0, 0]


def test_an_answer_that_counts_twice_is_two_answers() -> None:
    products, mean, yes, _ = problem(6, 3)
    twice = Posterior(products, mean, yes, np.array([2.0, 1, 1, 1, 1, 1]))
    rows = np.array([0, 0, 1, 2, 3, 4, 5])
    copied = Posterior(products[np.ix_(rows, rows)], mean[rows], yes[rows], np.ones(7))
    np.testing.assert_allclose(products @ twice.pull, products[:, rows] @ copied.pull, atol=0.05)


def test_few_weights_against_an_optimiser() -> None:
    random = np.random.default_rng(1)
    rows, mean = random.standard_normal((40, 2)), random.standard_normal(40)
    yes, spread = random.random(40) < 0.3, np.array([2.0, 0.5])

    def loss(weights: Doubles) -> float:
        odds = mean + rows @ weights
        return float(np.logaddexp(0, np.where(yes, -1.0, 1.0) * odds).sum() + 0.5 * np.square(weights / spread).sum())

    best = minimize(loss, np.zeros(2))
    np.testing.assert_allclose(fitted_weights(rows, mean, yes, spread), best.x, atol=0.02)
