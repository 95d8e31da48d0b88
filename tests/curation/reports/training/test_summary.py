"""Figures of several seeds as one."""

import math

import numpy as np
import pytest

from curation.reports.training.summary import split_summary, spread
from models.figures.calibration import reliability_bins
from models.figures.metrics import evaluate


def test_spread() -> None:
    assert spread([None, 1.0, 3.0]) == {"mean": 2.0, "std": pytest.approx(math.sqrt(2))}
    assert spread([0.5]) == {"mean": 0.5, "std": None}
    assert spread([None]) is None


def test_bins_of_seeds_are_weighted_by_their_counts() -> None:
    labels = np.array([0, 0, 1])
    first = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], np.float32)
    second = np.array([[0.9, 0.1], [0.6, 0.4], [0.4, 0.6]], np.float32)
    bins = split_summary([evaluate(labels, probs, ("a", "b")) for probs in (first, second)])["bins"]
    together = reliability_bins(np.tile(labels, 2), np.concatenate([first, second]))
    for row, expected in zip(bins, together, strict=True):
        assert row == {name: pytest.approx(value) for name, value in expected.items()}
