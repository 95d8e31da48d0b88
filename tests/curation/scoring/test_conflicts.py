"""Copies with different labels: the doubted label ranks first, the believed one keeps its score."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.conflicts import conflicts_first
from models.arrays import FloatArray, IntArray

Row = tuple[int, int, float]  # group, label, label quality
tables = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.floats(0, 1, width=32)), max_size=20)


def columns(table: list[Row]) -> tuple[IntArray, IntArray, FloatArray]:
    groups, labels, quality = zip(*table, strict=True) if table else ((), (), ())
    return np.array(groups, np.int64), np.array(labels, np.int64), np.array(quality, np.float32)


def test_of_two_different_labels_the_doubted_one_comes_first_and_its_twin_stays() -> None:
    #          0    1    2    3    4    5     rows 0 and 3 are twins that differ, so are 2 and 5; 1 and 4 agree
    groups = np.array([0, 1, 2, 0, 1, 2])
    labels = np.array([0, 1, 0, 1, 1, 2])
    quality = np.array([0.9, 0.0, 0.3, 0.2, 0.5, 0.1], np.float32)
    ordered = conflicts_first(labels, groups, quality)
    assert np.argsort(ordered, kind="stable").tolist() == [5, 3, 1, 2, 4, 0]
    assert ordered[4] == np.float32(0.5)
    assert ordered.dtype == np.float32


def test_without_a_conflict_nothing_changes() -> None:
    quality = np.array([0.0, 0.4, 1.0], np.float32)
    np.testing.assert_array_equal(conflicts_first(np.array([0, 1, 1]), np.array([0, 1, 1]), quality), quality)
    assert len(conflicts_first(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))) == 0


@given(tables)
def test_contradicted_rows_lead_and_all_others_keep_their_score(table: list[Row]) -> None:
    groups, labels, quality = columns(table)
    ordered = conflicts_first(labels, groups, quality)
    contradicted = np.zeros(len(quality), bool)
    for row in range(len(quality)):
        twins = np.flatnonzero(groups == groups[row])
        contradicted[row] = labels[row] != labels[twins[quality[twins].argmax()]]
        assert not contradicted[row] or len(set(labels[twins].tolist())) > 1
    first = np.argsort(ordered, kind="stable")[: contradicted.sum()]
    assert contradicted[first].all()
    assert (np.diff(quality[first]) >= 0).all()
    assert ((ordered >= 0) & (ordered <= 1)).all()
    np.testing.assert_allclose(ordered[~contradicted], quality[~contradicted], atol=1e-7)


@given(tables)
def test_a_second_call_changes_nothing(table: list[Row]) -> None:
    groups, labels, quality = columns(table)
    ordered = conflicts_first(labels, groups, quality)
    np.testing.assert_array_equal(conflicts_first(labels, groups, ordered), ordered)
