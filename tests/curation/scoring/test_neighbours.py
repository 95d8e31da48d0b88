"""Nearest images against comparing all and against scikit-learn, and how their labels vote."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from curation.scoring.neighbours import directions, most_alike, nearest_images, neighbour_vote, unit
from models.errors import ErrataError
from tests.curation.scoring.test_judge import clusters


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_the_nearest_that_are_neither_itself_nor_a_copy(seed: int, n: int) -> None:
    x, _, _ = clusters(n, 3, seed)
    rng = np.random.default_rng(seed)
    groups, among = rng.integers(0, max(2, n // 2), n), rng.random(n) < 0.8
    rows, cosines = nearest_images(x, among, groups, count=4)
    expected_cosines = unit(x) @ unit(x).T
    expected_cosines[groups[:, None] == groups[None]] = -np.inf
    expected_cosines[:, ~among] = -np.inf
    for row in range(n):
        expected = np.sort(expected_cosines[row])[::-1][:4]
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
    rows, cosines = nearest_images(x, np.ones(1000, bool), np.arange(1000), count=5)
    expected_cosines = unit(x) @ unit(x).T
    np.fill_diagonal(expected_cosines, -np.inf)
    np.testing.assert_allclose(cosines, -np.sort(-expected_cosines, axis=1)[:, :5], atol=1e-5)
    assert (rows != np.arange(1000)[:, None]).all()


@pytest.mark.parametrize(("images", "width"), [(400, 3), (3000, 200)])  # one cell; six cells, fewer axes than columns
def test_nearly_the_nearest_of_many(images: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    drawn = np.repeat(rng.normal(size=(images // 10, width)), 10, axis=0) + rng.normal(size=(images, width)) * 0.3
    x = drawn.astype(np.float32)
    everybody, alone = np.ones(images, bool), np.arange(images)
    exact, their_cosines = nearest_images(x, everybody, alone, count=5)
    monkeypatch.setattr("curation.scoring.neighbours._EXACT", 0)
    monkeypatch.setattr("curation.scoring.neighbours._FEW", 0)
    nearly, cosines = nearest_images(x, everybody, alone, count=5)
    assert not (nearly == alone[:, None]).any()
    shared = [len(set(first) & set(second)) / 5 for first, second in zip(exact, nearly, strict=True)]
    assert np.mean(shared) > 0.95
    assert (cosines <= their_cosines + 1e-5).all()


def test_cells_with_too_few_images_leave_places_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.scoring.neighbours._EXACT", 0)
    monkeypatch.setattr("curation.scoring.neighbours._FEW", 0)
    x = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    among = np.arange(40) < 3
    rows, cosines = nearest_images(x, among, np.arange(40), count=5)
    assert (rows[:3] >= 0).sum(1).tolist() == [2, 2, 2]  # never itself
    assert (rows[3:] >= 0).sum(1).tolist() == [3] * 37
    assert (np.isfinite(cosines) == (rows >= 0)).all()
    assert ((rows < 3) | (rows == -1)).all()


def test_neighbours_vote_for_their_class() -> None:
    x, true, labels = clusters(300, 3, 0, noise=0.2)
    votes = neighbour_vote(x, labels, 3, np.ones(300, bool), np.arange(300))
    np.testing.assert_allclose(votes.sum(1), 1, atol=1e-5)
    assert (votes.argmax(1) == true).mean() > 0.95


def test_no_neighbour_to_vote() -> None:
    x, _, labels = clusters(5, 2, 0)
    votes = neighbour_vote(x, labels, 2, np.zeros(5, bool), np.arange(5))
    np.testing.assert_allclose(votes, 0.5)
    same = neighbour_vote(x, labels, 2, np.ones(5, bool), np.zeros(5, np.int64))  # all copies of one picture
    np.testing.assert_allclose(same, 0.5)


# --- the images most like a given one ----------------------------------------------------------------------------

CORNERS = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32)  # their mean is zero


def test_a_quarter_turn_is_nearer_than_a_half() -> None:
    everything = np.ones(4, bool)
    assert most_alike(directions(CORNERS), 0, everything, 9).tolist() == [1, 3, 2]  # 90, 90 and 180 degrees
    assert most_alike(directions(CORNERS), 0, everything, 1).tolist() == [1]
    assert most_alike(directions(CORNERS), 0, np.array([True, False, True, False]), 9).tolist() == [2]  # never itself
    assert most_alike(directions(CORNERS), 0, np.zeros(4, bool), 9).tolist() == []


def test_length_and_place_of_the_cloud_do_not_count() -> None:
    moved = np.concatenate([CORNERS * 5, CORNERS]) + 100
    assert most_alike(directions(moved), 0, np.ones(8, bool), 1).tolist() == [4]  # the same direction, a fifth as long


@given(st.integers(0, 10_000))
def test_as_scikit_learn(seed: int) -> None:
    embeddings = np.random.default_rng(seed).normal(3, 2, (40, 5)).astype(np.float32)
    among = np.arange(40) % 3 != 0
    rows = most_alike(directions(embeddings), 0, among, 4)
    centred = embeddings - embeddings.mean(0)
    oracle = NearestNeighbors(n_neighbors=4, metric="cosine").fit(centred[among])
    distances, places = oracle.kneighbors(centred[:1])
    ours = np.sort(1 - np.array([_cosine(centred[0], centred[row]) for row in rows]))
    assert ours == pytest.approx(distances[0], abs=0.005)  # float16 may swap two that are as near
    assert set(rows) <= set(np.flatnonzero(among))
    assert len(places[0]) == len(rows)


def _cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_an_image_without_any_direction_is_like_nothing() -> None:
    same = np.ones((3, 4), np.float32)
    assert not directions(same).any()
    assert most_alike(directions(same), 1, np.ones(3, bool), 5).tolist() == [0, 2]


def test_parts_are_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings = np.random.default_rng(0).normal(3, 2, (40, 5)).astype(np.float32)
    whole, everything = directions(embeddings), np.ones(40, bool)
    order = most_alike(whole, 0, everything, 40).tolist()
    monkeypatch.setattr("models.processors.blocks.CELLS", 35)  # seven rows at a time
    np.testing.assert_allclose(directions(embeddings[:33], embeddings[33:]), whole, atol=1e-3)
    assert most_alike(whole, 0, everything, 40).tolist() == order


def test_long_rows_of_float16_come_to_unit_length() -> None:
    """Their squares are too large for float16."""
    assert unit(np.array([[300, 400], [0, 0]], np.float16)).tolist() == [
        [0.6000000238418579, 0.800000011920929],
        [0, 0],
    ]


def test_bad_directions() -> None:
    with pytest.raises(ErrataError, match=r"embeddings have shape \(3,\)"):
        directions(np.ones(3, np.float32))
    with pytest.raises(ErrataError, match="NaN"):
        directions(np.array([[np.nan, 1]], np.float32))
    with pytest.raises(ErrataError, match=r"among has shape \(3,\) and directions \(4, 2\)"):
        most_alike(directions(CORNERS), 0, np.ones(3, bool), 1)
    with pytest.raises(ErrataError, match="no row 4; expected 0 to 3"):
        most_alike(directions(CORNERS), 4, np.ones(4, bool), 1)
