"""Figures against scikit-learn, scipy and the head."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as reference

from models.errors import ErrataError
from models.figures.metrics import (
    accuracy,
    auroc,
    class_figures,
    confusion,
    evaluate,
    log_loss,
    top_k_accuracy,
    wilson_interval,
)
from tests.models.figures.random_predictions import random_predictions

ABCD = ("a", "b", "c", "d")
NO_LABELS, NO_PROBS = np.zeros(0, np.int64), np.zeros((0, 3), np.float32)


def test_by_head() -> None:
    labels = np.array([0, 1, 1, 0])
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.25, 0.75]], np.float32)  # a tie counts for the first class
    assert accuracy(labels, probs) == 0.5
    assert confusion(labels, probs.argmax(1), 2).tolist() == [[1, 1], [1, 1]]
    assert log_loss(labels, probs) == pytest.approx(-math.log(0.9 * 0.8 * 0.5 * 0.25) / 4)


@given(st.integers(0, 2**32 - 1))
def test_same_as_scikit_learn(seed: int) -> None:
    labels, probs = random_predictions(seed)
    predicted = probs.argmax(1)
    assert accuracy(labels, probs) == pytest.approx(reference.accuracy_score(labels, predicted))
    assert np.array_equal(
        confusion(labels, predicted, 4), reference.confusion_matrix(labels, predicted, labels=range(4))
    )
    exact = probs / probs.sum(1, keepdims=True, dtype=np.float64)
    assert log_loss(labels, probs) == pytest.approx(reference.log_loss(labels, exact, labels=range(4)), abs=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    labels, probs = random_predictions(seed, n=50)
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
    assert 0 <= low <= successes / n <= high <= 1


def test_wilson_is_symmetric_and_never_outside() -> None:
    low, high = wilson_interval(3, 10)
    assert wilson_interval(7, 10) == pytest.approx((1 - high, 1 - low))
    assert all(wilson_interval(0, n)[0] == 0 and wilson_interval(n, n)[1] == 1 for n in range(1, 200))
    assert wilson_interval(0, 0) == (0, 1)


def test_no_rows() -> None:
    assert math.isnan(accuracy(NO_LABELS, NO_PROBS))
    assert math.isnan(log_loss(NO_LABELS, NO_PROBS))
    assert confusion(NO_LABELS, NO_LABELS, 3).tolist() == [[0] * 3] * 3


def test_a_class_that_never_occurs_keeps_its_row_and_column() -> None:
    assert confusion(np.array([0, 0]), np.array([0, 2]), 4).tolist() == [[1, 0, 1, 0], [0] * 4, [0] * 4, [0] * 4]


def test_a_probability_of_zero_gives_a_finite_loss() -> None:
    assert log_loss(np.array([0]), np.array([[0, 1]], np.float32)) == pytest.approx(-math.log(1e-12), rel=1e-6)


# Per class


def test_class_figures_by_head() -> None:
    # a: 3 labels, 2 found, 4 predicted; b: 2 labels, none found, 1 predicted; c: never a label or a prediction.
    a, b, c = class_figures(np.array([[2, 1, 0], [2, 0, 0], [0, 0, 0]]), ("a", "b", "c"))
    assert a == {
        "class": "a",
        "support": 3,
        "predicted": 4,
        "precision": 0.5,
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(4 / 7),
    }
    assert (b["precision"], b["recall"], b["f1"]) == (0, 0, 0)
    assert (c["support"], c["predicted"], c["precision"], c["recall"], c["f1"]) == (0, 0, None, None, None)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_class_figures_same_as_scikit_learn(seed: int, n: int) -> None:
    labels, probs = random_predictions(
        seed, n=n
    )  # few rows: classes that are never a label, never predicted or neither
    predicted = probs.argmax(1)
    rows = class_figures(confusion(labels, predicted, 4), ABCD)
    expected = reference.precision_recall_fscore_support(labels, predicted, labels=range(4), zero_division=np.nan)
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        ours = [math.nan if row[name] is None else row[name] for row in rows]
        assert ours == pytest.approx(values.tolist(), nan_ok=True), name
    macro = reference.f1_score(labels, predicted, average="macro", zero_division=0)
    assert evaluate(labels, probs, ABCD)["macro_f1"] == pytest.approx(macro)


# Top k


def test_top_k_by_head() -> None:
    labels = np.array([0, 1, 2])
    probs = np.array([[0.5, 0.3, 0.2]] * 3, np.float32)
    assert [top_k_accuracy(labels, probs, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
    even = np.full((3, 3), 1 / 3, np.float32)  # of equals the first
    assert [top_k_accuracy(labels, even, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert math.isnan(top_k_accuracy(NO_LABELS, NO_PROBS, 1))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_top_k_same_as_scikit_learn_and_grows_with_k(seed: int, k: int) -> None:
    labels, probs = random_predictions(seed, n=60)
    expected = reference.top_k_accuracy_score(labels, probs, k=k, labels=range(4)) if k < 4 else 1.0
    assert top_k_accuracy(labels, probs, k) == pytest.approx(expected)
    assert top_k_accuracy(labels, probs, 1) == pytest.approx(accuracy(labels, probs))
    assert top_k_accuracy(labels, probs, k) <= top_k_accuracy(labels, probs, k + 1)


# AUROC


def test_auroc_by_head() -> None:
    labels = np.array([0, 0, 1, 1])
    second = np.array([0.1, 0.4, 0.4, 0.8])  # of four pairs three are in order and one is a tie
    figures = auroc(labels, np.stack([1 - second, second], 1).astype(np.float32), ("no", "yes"))
    assert figures["value"] == 3.5 / 4
    assert figures["kind"] == "binary"
    assert figures["left_out"] == []


@given(st.integers(0, 2**32 - 1), st.integers(4, 60))
def test_auroc_of_two_classes_same_as_scikit_learn(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([[0, 1], rng.integers(0, 2, n - 2)])
    second = np.round(rng.random(n), 1).astype(np.float32)  # many ties
    figures = auroc(labels, np.stack([1 - second, second], 1), ("no", "yes"))
    assert figures["value"] == pytest.approx(reference.roc_auc_score(labels, second))
    assert figures["per_class"]["no"] == pytest.approx(figures["per_class"]["yes"])


@given(st.integers(0, 2**32 - 1))
def test_auroc_of_several_classes_same_as_scikit_learn(seed: int) -> None:
    labels, probs = random_predictions(seed)
    figures = auroc(labels, probs, ABCD)
    assert figures["kind"] == "one-vs-rest"
    # Class by class: scikit-learn's multi-class mode wants rows that sum to 1 in float64, and scaling breaks ties.
    areas = [reference.roc_auc_score(labels == k, probs[:, k]) for k in range(len(ABCD))]
    assert [figures["per_class"][name] for name in ABCD] == pytest.approx(areas)
    assert figures["value"] == pytest.approx(np.mean(areas))


def test_a_class_that_never_occurs_is_left_out_of_the_auroc_and_named() -> None:
    labels, probs = random_predictions(0)
    rows = labels != 2
    figures = auroc(labels[rows], probs[rows], ABCD)
    assert figures["left_out"] == ["c"]
    assert sorted(figures["per_class"]) == ["a", "b", "d"]
    assert figures["value"] == pytest.approx(np.mean(list(figures["per_class"].values())))


def test_one_class_has_no_auroc() -> None:
    probs = np.full((3, 4), 0.25, np.float32)
    with pytest.raises(ErrataError, match="two classes or more, found 'b'; add images"):
        auroc(np.ones(3, np.int64), probs, ABCD)
    with pytest.raises(ErrataError, match="no label at all"):
        auroc(NO_LABELS, np.zeros((0, 4), np.float32), ABCD)
    assert evaluate(np.ones(3, np.int64), probs, ABCD)["auroc"] is None


# All of it


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(2, 6))
def test_evaluate_is_json_bounded_and_does_not_mind_the_order(seed: int, n: int, n_classes: int) -> None:
    labels, probs = random_predictions(seed, n, n_classes)
    classes = [f"class {k}" for k in range(n_classes)]
    figures = evaluate(labels, probs, classes)
    again = json.loads(json.dumps(figures, allow_nan=False))
    assert again == figures
    order = np.random.default_rng(seed).permutation(n)
    shuffled = evaluate(labels[order], probs[order], classes)
    for name in ("accuracy", "macro_f1", "confusion", "per_class", "top_k", "auroc"):
        assert shuffled[name] == figures[name]
    assert figures["n"] == sum(row["support"] for row in figures["per_class"]) == np.sum(figures["confusion"])
    if n:
        assert 0 <= figures["low"] <= figures["accuracy"] <= figures["high"] <= 1
        assert figures["accuracy"] == accuracy(labels, probs)
        assert set(figures["top_k"]) == {str(k) for k in (2, 3, 5) if k < n_classes}
        assert all(figures["accuracy"] <= value <= 1 for value in figures["top_k"].values())


@given(st.integers(0, 2**32 - 1))
def test_renaming_classes_renames_figures(seed: int) -> None:
    labels, probs = random_predictions(seed)
    order = np.random.default_rng(seed).permutation(4)
    place = np.argsort(order)  # old class -> new class
    figures, renamed = evaluate(labels, probs, ABCD), evaluate(place[labels], probs[:, order], [ABCD[k] for k in order])
    for name in ("accuracy", "macro_f1", "log_loss", "brier"):
        assert renamed[name] == pytest.approx(figures[name])
    assert renamed["auroc"]["per_class"] == pytest.approx(figures["auroc"]["per_class"])
    assert {row["class"]: row["f1"] for row in renamed["per_class"]} == {
        row["class"]: row["f1"] for row in figures["per_class"]
    }


def test_evaluate_no_image() -> None:
    figures = evaluate(NO_LABELS, NO_PROBS, ("a", "b", "c"))
    assert (figures["n"], figures["accuracy"], figures["low"], figures["high"]) == (0, None, 0, 1)
    assert [figures[name] for name in ("macro_f1", "log_loss", "brier", "auroc")] == [None] * 4
    assert figures["calibration"]["ece"] is None
    assert figures["top_k"] == {}


@pytest.mark.parametrize(
    ("labels", "probs", "classes", "sentence"),
    [
        ([0, 1], [[1, 0]], "ab", "2 labels and probs of 1 images"),
        ([0, 2], [[1, 0], [1, 0]], "ab", "label 2 of row 1 is not a class; allowed are 0 to 1"),
        ([-1], [[1, 0]], "ab", "label -1 of row 0"),
        ([0], [[1, 0]], "abc", r"shape \(1, 2\)"),
        ([0], [[3, -1]], "ab", "not logits"),
        ([0], [[math.nan, 1]], "ab", "NaN"),
        ([0], [[0.5, 0.4]], "ab", "sum to 0.9"),
        ([0], [[1, 0]], "aa", "a name twice"),
    ],
)
def test_evaluate_refuses(labels: list[int], probs: list[list[float]], classes: str, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        evaluate(np.array(labels), np.array(probs, np.float32), list(classes))
