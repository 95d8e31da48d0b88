"""Figures against scikit-learn, scipy and the head."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as reference

from models.arrays import FloatArray, IntArray
from models.metrics import accuracy, confusion, log_loss, wilson_interval

NO_LABELS, NO_PROBS = np.zeros(0, np.int64), np.zeros((0, 3), np.float32)


def drawn(seed: int, n: int = 200, n_classes: int = 4) -> tuple[IntArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_classes, n), rng.dirichlet(np.ones(n_classes), n).astype(np.float32)


def test_by_head() -> None:
    labels = np.array([0, 1, 1, 0])
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.25, 0.75]], np.float32)  # a tie counts for the first class
    assert accuracy(labels, probs) == 0.5
    assert confusion(labels, probs.argmax(1), 2).tolist() == [[1, 1], [1, 1]]
    assert log_loss(labels, probs) == pytest.approx(-math.log(0.9 * 0.8 * 0.5 * 0.25) / 4)


@given(st.integers(0, 2**32 - 1))
def test_same_as_scikit_learn(seed: int) -> None:
    labels, probs = drawn(seed)
    predicted = probs.argmax(1)
    assert accuracy(labels, probs) == pytest.approx(reference.accuracy_score(labels, predicted))
    assert np.array_equal(
        confusion(labels, predicted, 4), reference.confusion_matrix(labels, predicted, labels=range(4))
    )
    exact = probs / probs.sum(1, keepdims=True, dtype=np.float64)
    assert log_loss(labels, probs) == pytest.approx(reference.log_loss(labels, exact, labels=range(4)), abs=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    labels, probs = drawn(seed, n=50)
    order = np.random.default_rng(seed).permutation(50)
    assert accuracy(labels, probs) == accuracy(labels[order], probs[order])
    assert log_loss(labels, probs) == pytest.approx(log_loss(labels[order], probs[order]))
    assert np.array_equal(confusion(labels, probs.argmax(1), 4), confusion(labels[order], probs[order].argmax(1), 4))


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_same_as_scipy(n: int, share: float) -> None:
    successes = round(share * n)
    expected = binomtest(successes, n).proportion_ci(0.95, "wilson")
    low, high = wilson_interval(successes, n, z=1.959963984540054)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


def test_wilson_is_symmetric_and_never_outside() -> None:
    low, high = wilson_interval(3, 10)
    assert wilson_interval(7, 10) == pytest.approx((1 - high, 1 - low))
    assert wilson_interval(0, 10)[0] == 0
    assert wilson_interval(10, 10)[1] == 1
    assert wilson_interval(0, 0) == (0, 1)


def test_no_rows() -> None:
    assert math.isnan(accuracy(NO_LABELS, NO_PROBS))
    assert math.isnan(log_loss(NO_LABELS, NO_PROBS))
    assert confusion(NO_LABELS, NO_LABELS, 3).tolist() == [[0] * 3] * 3


def test_a_class_that_never_occurs_keeps_its_row_and_column() -> None:
    assert confusion(np.array([0, 0]), np.array([0, 2]), 4).tolist() == [[1, 0, 1, 0], [0] * 4, [0] * 4, [0] * 4]


def test_a_probability_of_zero_gives_a_finite_loss() -> None:
    assert log_loss(np.array([0]), np.array([[0, 1]], np.float32)) == pytest.approx(-math.log(1e-12), rel=1e-6)
