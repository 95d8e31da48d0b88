"""Label-quality scores against cleanlab, by hand, and by their properties."""

import numpy as np
import pytest
from cleanlab.rank import get_self_confidence_for_each_label
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.scores import area_under_margin, rank, ranks, self_confidence, suggest
from models.arrays import FloatArray, IntArray


def problem(n: int, n_classes: int, seed: int, sharpness: float = 1.0) -> tuple[IntArray, FloatArray]:
    """Return random labels (N,) and probabilities (N, K); the sharper, the more confident."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, n_classes)) * sharpness
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return rng.integers(0, n_classes, n), (odds / odds.sum(1, keepdims=True)).astype(np.float32)


problems = st.builds(
    problem,
    n=st.integers(1, 40),
    n_classes=st.integers(2, 7),
    seed=st.integers(0, 2**32 - 1),
    sharpness=st.sampled_from([0.01, 1.0, 10.0, 300.0]),
)


@given(problems)
def test_scores_are_those_of_cleanlab(case: tuple[IntArray, FloatArray]) -> None:
    labels, probs = case
    np.testing.assert_array_equal(self_confidence(labels, probs), get_self_confidence_for_each_label(labels, probs))


def test_scores_by_hand() -> None:
    labels = np.array([0, 1, 2, 0])
    probs = np.array([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1], [0.4, 0.2, 0.4], [1, 0, 0]], np.float32)
    np.testing.assert_allclose(self_confidence(labels, probs), [0.7, 0.2, 0.4, 1])
    suggested, runner_up = suggest(labels, probs)
    assert suggested.tolist() == [0, 0, 0, 0]
    assert runner_up.tolist() == [1, 0, 0, 1]


@given(problems)
def test_scores_lie_between_0_and_1_and_order_agrees_with_the_suggestion(case: tuple[IntArray, FloatArray]) -> None:
    labels, probs = case
    ranking = rank(labels, probs)
    assert ranking.label_quality.dtype == np.float32
    assert ((ranking.label_quality >= 0) & (ranking.label_quality <= 1)).all()
    assert (ranking.runner_up != labels).all()
    np.testing.assert_array_equal(ranking.label_quality, self_confidence(labels, probs))
    wrong = ranking.suggested != labels
    assert (ranking.label_quality[wrong] <= 0.5).all()
    assert (ranking.label_quality[~wrong] >= 1 / probs.shape[1] - 1e-6).all()
    np.testing.assert_array_equal(ranking.confidence, probs.max(1))


@given(problems, st.integers(0, 2**32 - 1))
def test_permuting_rows_permutes_scores(case: tuple[IntArray, FloatArray], seed: int) -> None:
    labels, probs = case
    order = np.random.default_rng(seed).permutation(len(labels))
    permuted = self_confidence(labels[order], probs[order])
    np.testing.assert_array_equal(permuted, self_confidence(labels, probs)[order])


@given(problems, st.integers(0, 2**32 - 1))
def test_renaming_classes_changes_no_score(case: tuple[IntArray, FloatArray], seed: int) -> None:
    labels, probs = case
    new = np.random.default_rng(seed).permutation(probs.shape[1])  # class k becomes new[k]
    renamed = np.empty_like(probs)
    renamed[:, new] = probs
    np.testing.assert_array_equal(self_confidence(new[labels], renamed), self_confidence(labels, probs))


def test_two_classes_and_perfect_confidence() -> None:
    labels, probs = np.array([0, 1, 0, 1]), np.array([[1, 0], [0, 1], [0, 1], [1, 0]], np.float32)
    assert self_confidence(labels, probs).tolist() == [1, 1, 0, 0]


def test_ranks_count_within_the_chosen_rows_and_ties_keep_their_order() -> None:
    quality = np.array([0.5, 0.1, 0.5, 0.9, 0.1], np.float32)
    rows = np.array([True, True, True, True, False])
    assert ranks(quality, rows).tolist() == [2, 1, 3, 4, 0]


UNIFORM = np.full((3, 2), 0.5, np.float32)


@pytest.mark.parametrize(
    ("labels", "probs", "message"),
    [
        (np.array([0, 1]), UNIFORM, r"labels have shape \(2,\) and probs \(3, 2\)"),
        (np.array([[0], [1], [0]]), UNIFORM, "labels have shape"),
        (np.array([0, 1, 0]), UNIFORM.ravel(), "labels have shape"),
        (np.array([0, 1, 2]), UNIFORM, "labels run from 0 to 2; expected 0 to 1"),
        (np.array([0, -1, 0]), UNIFORM, "labels run from -1 to 0"),
        (np.array([0, 1, 0]), UNIFORM * [[1], [2], [1]], "row 1 sum to 2; expected 1"),
        (np.array([0, 1, 0]), UNIFORM * [[1], [1], [np.nan]], "row 2 sum to nan"),
        (np.array([0, 1, 0]), UNIFORM * [[np.inf], [1], [1]], "row 0 sum to inf"),
        (np.array([0, 1, 0]), np.array([[-0.5, 1.5], [0.5, 0.5], [0.5, 0.5]], np.float32), "row 0 hold -0.5"),
    ],
)
def test_bad_input_is_refused(labels: IntArray, probs: FloatArray, message: str) -> None:
    for score in (self_confidence, suggest, rank):
        with pytest.raises(ValueError, match=message):
            score(labels, probs)


def test_area_under_margin_by_hand() -> None:
    quality = area_under_margin(np.array([0, np.log(3), -np.log(3), np.nan], np.float32))
    assert np.allclose(quality[:3], [0.5, 0.75, 0.25])
    assert np.isnan(quality[3])
    assert area_under_margin(np.array([1e6, -1e6], np.float32)).tolist() == pytest.approx([1, 0])


def test_an_infinite_margin_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        area_under_margin(np.array([np.inf], np.float32))
