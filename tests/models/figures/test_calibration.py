"""Calibration against scikit-learn and the head."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from models.figures.calibration import BINS, brier, expected_calibration_error, reliability_bins
from tests.models.figures.random_predictions import random_predictions


def test_by_head() -> None:
    # Three rows as sure as 0.9, two of them right; one as sure as 0.55 and right.
    labels = np.array([0, 1, 0, 1])
    probs = np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.45, 0.55]], np.float32)
    bins = reliability_bins(labels, probs)
    assert {i: row["n"] for i, row in enumerate(bins) if row["n"]} == {8: 1, 13: 3}  # 0.55 of 15 bins: 8.25; 0.9: 13.5
    assert bins[13]["confidence"] == pytest.approx(0.9)
    assert bins[13]["accuracy"] == pytest.approx(2 / 3)
    assert bins[0] == {"low": 0.0, "high": pytest.approx(1 / 15), "n": 0, "confidence": None, "accuracy": None}
    assert expected_calibration_error(bins) == pytest.approx((3 * (0.9 - 2 / 3) + 0.45) / 4)
    assert brier(labels, probs) == pytest.approx((0.02 + 0.02 + 1.62 + 0.405) / 4)


def test_an_edge_belongs_to_the_bin_below_and_certainty_to_the_last() -> None:
    bins = reliability_bins(
        np.array([0, 0]), np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]], np.float64).astype(np.float32)
    )
    assert bins[BINS - 1]["n"] == 1
    bins = reliability_bins(np.array([0]), np.full((1, 5), 0.2))  # float64: 0.2 is the upper edge of the third
    assert bins[2]["n"] == 1


@given(st.integers(0, 2**32 - 1), st.integers(2, 7))
def test_same_as_scikit_learn(seed: int, n_classes: int) -> None:
    labels, probs = random_predictions(seed, n_classes=n_classes)
    bins = [row for row in reliability_bins(labels, probs) if row["n"]]
    right = probs.argmax(1) == labels
    accuracies, confidences = calibration_curve(right, probs.max(1).astype(np.float64), n_bins=BINS, strategy="uniform")
    assert [row["accuracy"] for row in bins] == pytest.approx(accuracies)
    assert [row["confidence"] for row in bins] == pytest.approx(confidences)
    assert sum(row["n"] for row in bins) == len(labels)
    exact = probs / probs.sum(1, keepdims=True, dtype=np.float64)
    expected = brier_score_loss(labels, exact, labels=range(n_classes), scale_by_half=False)
    assert brier(labels, probs) == pytest.approx(expected, abs=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_bounds_and_the_order_of_rows_does_not_matter(seed: int) -> None:
    labels, probs = random_predictions(seed, n=40)
    order = np.random.default_rng(seed).permutation(40)
    error = expected_calibration_error(reliability_bins(labels, probs))
    assert error == pytest.approx(expected_calibration_error(reliability_bins(labels[order], probs[order])))
    assert error is not None
    # No model is closer to calibrated than its mean confidence is to its accuracy.
    gap = abs(float(probs.max(1).mean()) - float((probs.argmax(1) == labels).mean()))
    assert gap - 1e-6 <= error <= 1
    assert 0 <= (brier(labels, probs) or 0) <= 2


def test_the_worst_brier_score_is_two_and_the_best_nothing() -> None:
    sure = np.eye(3, dtype=np.float32)
    assert brier(np.array([0, 1, 2]), sure) == 0
    assert brier(np.array([1, 2, 0]), sure) == 2


def test_no_rows() -> None:
    none = reliability_bins(np.zeros(0, np.int64), np.zeros((0, 3), np.float32))
    assert [row["n"] for row in none] == [0] * BINS
    assert expected_calibration_error(none) is None
    assert brier(np.zeros(0, np.int64), np.zeros((0, 3), np.float32)) is None
