"""Copies with different labels: how far each label is believed, by hand and in general."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.conflicts import BOTH_RIGHT, weigh_conflicts
from models.arrays import FloatArray, IntArray

Row = tuple[int, int, float]  # group, label, label quality
tables = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.floats(0, 1, width=32)), max_size=20)


def columns(table: list[Row], seed: int = 0) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    groups, labels, quality = zip(*table, strict=True) if table else ((), (), ())
    probs = np.random.default_rng(seed).dirichlet(np.ones(3), len(table)).astype(np.float32)
    return np.array(labels, np.int64), np.array(groups, np.int64), np.array(quality, np.float32), probs


def twins(first: list[float], second: list[float]) -> list[float]:
    """Return the label quality of two copies, labelled 0 and 1, of which the models think so."""
    probs = np.array([first, second], np.float32)
    quality = np.array([first[0], second[1]], np.float32)
    return [float(value) for value in weigh_conflicts(np.array([0, 1]), np.zeros(2, np.int64), quality, probs)]


def test_one_of_two_labels_is_wrong() -> None:
    doubted, believed = twins([0.1, 0.9, 0], [0.1, 0.9, 0])
    # The classes share the picture a little (2 x 0.1): the believed label rules the other out with 0.8 x 0.8 x 0.9.
    ruled_out = (1 - BOTH_RIGHT) * 0.8 * 0.9
    assert doubted == pytest.approx(0.1 * (1 - ruled_out) / (0.1 * (1 - ruled_out) + 0.9))
    assert doubted < 0.05
    assert 0.88 < believed < 0.9


def test_the_four_cases_add_up_to_one() -> None:
    """Only the first label right, only the second, neither, and both."""
    first, second, both_remains = 0.1, 0.9, 1 - (1 - BOTH_RIGHT) * 0.8
    cases = np.array([first * 0.1, 0.9 * second, 0.9 * 0.1, first * second * both_remains])
    cases /= cases.sum()
    assert twins([0.1, 0.9, 0], [0.1, 0.9, 0]) == pytest.approx([cases[0] + cases[3], cases[1] + cases[3]])


def test_where_two_classes_fit_both_labels_may_be_right() -> None:
    assert twins([0.5, 0.5, 0], [0.5, 0.5, 0]) == [0.5, 0.5]


def test_pictures_that_have_nothing_in_common_do_not_contradict_each_other() -> None:
    assert twins([1, 0, 0], [0, 1, 0]) == [1, 1]
    assert min(twins([0.9, 0.05, 0.05], [0.05, 0.9, 0.05])) > 0.85


def test_a_copy_that_nobody_believes_says_little() -> None:
    assert twins([0.98, 0.02, 0], [0.98, 0.02, 0])[0] == pytest.approx(0.98, abs=0.001)


def test_of_many_copies_the_most_convincing_counts_once() -> None:
    labels, groups = np.array([0, 1, 1, 1]), np.zeros(4, np.int64)
    probs = np.tile(np.array([0.2, 0.8], np.float32), (4, 1))
    quality = np.array([0.2, 0.8, 0.3, 0.3], np.float32)
    many = weigh_conflicts(labels, groups, quality, probs)
    assert many[0] == weigh_conflicts(labels[:2], groups[:2], quality[:2], probs[:2])[0]
    three = weigh_conflicts(np.array([0, 1, 2]), groups[:3], np.full(3, 1 / 3, np.float32), np.full((3, 3), 1 / 3))
    assert three[0] < weigh_conflicts(np.array([0, 1]), groups[:2], np.full(2, 1 / 3), np.full((2, 3), 1 / 3))[0]


def test_a_sure_label_is_not_put_first_by_its_copy() -> None:
    """What was wrong before: a label that the models doubt a little more than its twin led the whole ranking."""
    labels, groups = np.array([0, 1, 2]), np.array([0, 0, 1])
    probs = np.array([[0.45, 0.5, 0.05], [0.45, 0.5, 0.05], [0.6, 0.3, 0.1]], np.float32)
    assert weigh_conflicts(labels, groups, np.array([0.45, 0.5, 0.1]), probs).argmin() == 2


@given(tables)
def test_never_raised_never_without_a_conflict_and_in_any_order(table: list[Row]) -> None:
    labels, groups, quality, probs = columns(table)
    weighed = weigh_conflicts(labels, groups, quality, probs)
    assert weighed.dtype == np.float32
    assert ((weighed >= 0) & (weighed <= quality + 1e-6)).all()
    for row in range(len(table)):
        if len(set(labels[groups == groups[row]].tolist())) < 2:
            assert weighed[row] == quality[row]
        else:  # the odds are divided by a factor that BOTH_RIGHT bounds for each of two other labels
            odds = quality[row] * BOTH_RIGHT**2
            assert weighed[row] >= odds / max(odds + 1 - quality[row], 1e-9) - 1e-5
    order = np.random.default_rng(0).permutation(len(table))
    np.testing.assert_allclose(
        weigh_conflicts(labels[order], groups[order], quality[order], probs[order]), weighed[order], atol=1e-6
    )


def test_without_images_and_with_a_thousand_classes() -> None:
    none = np.empty(0, np.int64)
    assert weigh_conflicts(none, none, np.empty(0, np.float32), np.empty((0, 2), np.float32)).shape == (0,)
    probs = np.full((2, 1000), 0.001, np.float32)
    assert np.isfinite(weigh_conflicts(np.array([0, 999]), np.zeros(2, np.int64), probs[:, 0], probs)).all()
