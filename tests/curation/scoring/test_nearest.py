import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from curation.scoring.nearest import directions, nearest
from models.errors import ErrataError

CORNERS = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32)  # their mean is zero


def test_a_quarter_turn_is_nearer_than_a_half() -> None:
    everything = np.ones(4, bool)
    assert nearest(directions(CORNERS), 0, everything, 9).tolist() == [1, 3, 2]  # 90, 90 and 180 degrees
    assert nearest(directions(CORNERS), 0, everything, 1).tolist() == [1]
    assert nearest(directions(CORNERS), 0, np.array([True, False, True, False]), 9).tolist() == [2]  # never itself
    assert nearest(directions(CORNERS), 0, np.zeros(4, bool), 9).tolist() == []


def test_length_and_place_of_the_cloud_do_not_count() -> None:
    moved = np.concatenate([CORNERS * 5, CORNERS]) + 100
    assert nearest(directions(moved), 0, np.ones(8, bool), 1).tolist() == [4]  # the same direction, a fifth as long


@given(st.integers(0, 10_000))
def test_as_scikit_learn(seed: int) -> None:
    embeddings = np.random.default_rng(seed).normal(3, 2, (40, 5)).astype(np.float32)
    among = np.arange(40) % 3 != 0
    found = nearest(directions(embeddings), 0, among, 4)
    centred = embeddings - embeddings.mean(0)
    oracle = NearestNeighbors(n_neighbors=4, metric="cosine").fit(centred[among])
    distances, places = oracle.kneighbors(centred[:1])
    own = np.sort(1 - np.array([_cosine(centred[0], centred[row]) for row in found]))
    assert own == pytest.approx(distances[0], abs=0.005)  # float16 may swap two that are as near
    assert set(found) <= set(np.flatnonzero(among))
    assert len(places[0]) == len(found)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_an_image_without_any_direction_is_like_nothing() -> None:
    same = np.ones((3, 4), np.float32)
    assert not directions(same).any()
    assert nearest(directions(same), 1, np.ones(3, bool), 5).tolist() == [0, 2]


def test_bad_input() -> None:
    with pytest.raises(ErrataError, match=r"embeddings have shape \(3,\)"):
        directions(np.ones(3, np.float32))
    with pytest.raises(ErrataError, match="NaN"):
        directions(np.array([[np.nan, 1]], np.float32))
    with pytest.raises(ErrataError, match=r"among has shape \(3,\) and directions \(4, 2\)"):
        nearest(directions(CORNERS), 0, np.ones(3, bool), 1)
    with pytest.raises(ErrataError, match="no row 4; expected 0 to 3"):
        nearest(directions(CORNERS), 4, np.ones(4, bool), 1)
