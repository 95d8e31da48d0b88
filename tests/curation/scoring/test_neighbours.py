"""Nearest images against comparing all, and what they vote."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.neighbours import nearest, neighbour_vote, unit
from tests.curation.scoring.test_judge import clusters


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_the_nearest_that_are_neither_itself_nor_a_copy(seed: int, n: int) -> None:
    x, _, _ = clusters(n, 3, seed)
    rng = np.random.default_rng(seed)
    groups, among = rng.integers(0, max(2, n // 2), n), rng.random(n) < 0.8
    rows, cosines = nearest(x, among, groups, count=4)
    every = unit(x) @ unit(x).T
    every[groups[:, None] == groups[None]] = -np.inf
    every[:, ~among] = -np.inf
    for row in range(n):
        expected = np.sort(every[row])[::-1][:4]
        np.testing.assert_allclose(cosines[row, : len(expected)], expected, atol=1e-5)
        known = rows[row][rows[row] >= 0]
        assert among[known].all()
        assert (groups[known] != groups[row]).all()


@pytest.mark.parametrize("alike", [0, 400, 900, 1000])
def test_many_in_small_blocks_and_many_that_are_all_alike(alike: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.scoring.neighbours._ROWS", 64)
    monkeypatch.setattr("curation.scoring.neighbours._COLUMNS", 100)
    x, _, _ = clusters(1000, 3, 2)
    x[:alike] = x[0]
    rows, cosines = nearest(x, np.ones(1000, bool), np.arange(1000), count=5)
    every = unit(x) @ unit(x).T
    np.fill_diagonal(every, -np.inf)
    np.testing.assert_allclose(cosines, -np.sort(-every, axis=1)[:, :5], atol=1e-5)
    assert (rows != np.arange(1000)[:, None]).all()


def test_nearly_the_nearest_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    x, _, _ = clusters(400, 3, 1)
    everybody, alone = np.ones(400, bool), np.arange(400)
    exact = nearest(x, everybody, alone, count=5)[0]
    monkeypatch.setattr("curation.scoring.neighbours._EXACT", 0)
    found = nearest(x, everybody, alone, count=5)[0]
    assert not (found == alone[:, None]).any()
    assert np.mean([len(set(one) & set(other)) / 5 for one, other in zip(exact, found, strict=True)]) > 0.95


def test_neighbours_vote_for_their_class() -> None:
    x, true, labels = clusters(300, 3, 0, noise=0.2)
    votes = neighbour_vote(x, labels, 3, np.ones(300, bool), np.arange(300))
    np.testing.assert_allclose(votes.sum(1), 1, atol=1e-5)
    assert (votes.argmax(1) == true).mean() > 0.95


def test_nobody_to_vote() -> None:
    x, _, labels = clusters(5, 2, 0)
    votes = neighbour_vote(x, labels, 2, np.zeros(5, bool), np.arange(5))
    np.testing.assert_allclose(votes, 0.5)
    same = neighbour_vote(x, labels, 2, np.ones(5, bool), np.zeros(5, np.int64))  # all copies of one picture
    np.testing.assert_allclose(same, 0.5)
