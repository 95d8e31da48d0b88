"""The figures of one architecture: accuracies by hand, and how they were measured."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.reports.audit.architectures import share
from tests.helpers.reported_audit import CLASSES, make_audit, written


def test_numbers_by_hand(tmp_path: Path) -> None:
    figures, _ = written(make_audit(tmp_path), tmp_path / "report")
    assert figures["schema_version"] == 1
    assert figures["images"] == 8
    assert figures["splits"]["test"]["images"] == 4
    assert figures["splits"]["test"]["other_label_fits_better"] == 2  # rows 1 and 3
    assert figures["splits"]["train"]["other_label_fits_better"] == 1  # row 7
    assert figures["splits"]["train"]["classes"] == {CLASSES[0]: 2, CLASSES[1]: 2}
    test, train = figures["architectures"][0]["splits"]["test"], figures["architectures"][0]["splits"]["train"]
    assert (test["correct"], test["n"], test["accuracy"]) == (2, 4, 0.5)
    half = math.sqrt(1.96**2 / (4 + 1.96**2)) / 2  # Wilson's interval of a half
    assert (test["low"], test["high"]) == (pytest.approx(0.5 - half, abs=1e-6), pytest.approx(0.5 + half, abs=1e-6))
    assert test["measured"] == "mean of 2 fold models"
    assert (train["correct"], train["n"], train["measured"]) == (3, 4, "out of fold")
    assert figures["architectures"][0]["confusion"]["test"] == [[1, 1], [1, 1]]
    assert figures["architectures"][0]["confusion"]["train"] == [[2, 0], [1, 1]]


def test_leaks_of_all_test_images_leave_no_accuracy(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    audit = replace(audit, duplicates=replace(audit.duplicates, groups=np.array([0, 1, 2, 3, 0, 1, 2, 3])))
    figures, _ = written(audit, tmp_path / "report")
    without = figures["architectures"][0]["splits"]["test"]["without_leaks"]
    assert without == {"n": 0, "correct": 0, "accuracy": None, "low": 0.0, "high": 1.0}


def test_predictions_from_elsewhere_with_folds(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path, trained=None), tmp_path / "report")
    assert not figures["in_sample"]
    assert figures["architectures"][0]["splits"]["test"]["measured"] == "held out, as its file says"
    assert "an ensemble" not in html


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_lies_in_its_interval(correct: int, others: int) -> None:
    figures = share(correct, correct + others)
    if correct + others:
        assert 0 <= figures["low"] <= figures["accuracy"] <= figures["high"] <= 1
