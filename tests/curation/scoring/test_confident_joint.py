"""The confident joint against cleanlab, by hand, and where classes are missing."""

import numpy as np
import pytest
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
from hypothesis import assume, given
from hypothesis import strategies as st

from curation.scoring.confident_joint import NONE, confident_class, confident_joint, estimated_joint, thresholds
from curation.scoring.scores import suggest
from models.arrays import BoolArray, FloatArray, IntArray
from tests.curation.scoring.test_scores import problem


def with_every_class(seed: int, n_classes: int, sharpness: float) -> tuple[IntArray, FloatArray]:
    labels, probs = problem(30 + n_classes, n_classes, seed, sharpness)
    labels[:n_classes] = np.arange(n_classes)  # cleanlab wants each class
    return labels, probs


def flags(labels: IntArray, probs: FloatArray) -> BoolArray:
    """Return the labels that confident learning calls wrong, shape (N,): another class is shown, and is likeliest."""
    shown = confident_class(labels, probs)
    return np.asarray((shown != NONE) & (shown != labels) & (suggest(labels, probs)[0] != labels))


problems = st.builds(with_every_class, st.integers(0, 2**32 - 1), st.integers(2, 6), st.sampled_from([0.1, 1.0, 5.0]))


@given(problems)
def test_same_as_cleanlab(case: tuple[IntArray, FloatArray]) -> None:
    labels, probs = case
    np.testing.assert_allclose(thresholds(labels, probs), get_confident_thresholds(labels, probs), atol=1e-6)
    joint = compute_confident_joint(labels, probs.astype(np.float64), calibrate=False)
    np.testing.assert_array_equal(confident_joint(labels, probs.astype(np.float64)), joint)
    assume(len(np.unique(probs.argmax(1))) > 1)
    expected = find_label_issues(labels, probs.astype(np.float64), filter_by="confident_learning", n_jobs=1)
    np.testing.assert_array_equal(flags(labels, probs.astype(np.float64)), expected)


def test_by_hand() -> None:
    labels = np.array([0, 0, 1, 1])
    probs = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6]], np.float32)
    assert thresholds(labels, probs).tolist() == pytest.approx([0.6, 0.7])
    assert confident_class(labels, probs).tolist() == [0, 1, 1, NONE]
    assert confident_joint(labels, probs).tolist() == [[1, 1], [0, 1]]
    assert flags(labels, probs).tolist() == [False, True, False, False]
    assert estimated_joint(labels, probs).tolist() == [[1, 1], [0, 2]]


@given(problems)
def test_the_estimate_keeps_the_counts_of_the_labels(case: tuple[IntArray, FloatArray]) -> None:
    labels, probs = case
    np.testing.assert_allclose(estimated_joint(labels, probs).sum(1), np.bincount(labels, minlength=probs.shape[1]))


def test_a_rare_class_that_is_never_believed_takes_no_images_of_the_common_one() -> None:
    labels = np.array([0] * 98 + [1] * 2)
    rare = np.append(np.linspace(0, 0.2, 98), [0.04, 0.06])  # its threshold is 0.05
    probs = np.stack([1 - rare, rare], 1).astype(np.float32)
    assert confident_joint(labels, probs)[0, 1] > 20
    assert estimated_joint(labels, probs)[0].tolist() == [98, 0]


def test_a_class_without_labels_is_never_confident() -> None:
    labels, probs = np.array([0, 0, 1]), np.array([[0.1, 0.1, 0.8], [0.2, 0.1, 0.7], [0.1, 0.2, 0.7]], np.float32)
    assert thresholds(labels, probs)[2] == 2
    assert confident_class(labels, probs).tolist() == [NONE, 0, 1]
    assert estimated_joint(labels, probs)[2].sum() == 0


def test_no_images() -> None:
    labels, probs = np.zeros(0, np.int64), np.zeros((0, 3), np.float32)
    assert confident_class(labels, probs).tolist() == []
    assert confident_joint(labels, probs).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_not_probabilities() -> None:
    with pytest.raises(ValueError, match="probs of row 0 sum to nan"):
        confident_class(np.array([0]), np.array([[np.nan, 1]], np.float32))
