"""The order of the review, on sixty made-up images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.drawn_looks import draw_order, review_queue
from curation.review.population import Population, population
from curation.review.queue import ORDERS, pairs, whole_queue
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError

N, SEA, FOREST, STREET = 60, 0, 1, 2
IDS = np.array([f"{row}.png" for row in range(N)])
QUALITY: FloatArray = np.linspace(0.01, 0.6, N, dtype=np.float32)  # row 0 is the most suspicious
LABELS: IntArray = np.zeros(N, np.int64)
SUGGESTED: IntArray = np.zeros(N, np.int64)
SUGGESTED[[3, 10, 20]] = FOREST
SUGGESTED[[5, 6]] = STREET
ORDER = draw_order(IDS, QUALITY, 0)
EVERYTHING = population(QUALITY, ORDER, np.ones(N, bool))


def undrawn(part: Population, order: str, pair: tuple[int, int] | None = None) -> list[int]:
    laid = whole_queue(part, LABELS, SUGGESTED, order, pair)
    return [int(row) for row in laid.rows[~laid.drawn]]


def test_by_suspicion_it_is_the_queue_with_its_drawn_looks() -> None:
    laid = whole_queue(EVERYTHING, LABELS, SUGGESTED, "suspicion")
    oracle = review_queue(QUALITY, ORDER, np.zeros(N, bool))
    assert laid.rows.tolist() == oracle.rows.tolist()
    assert laid.drawn.tolist() == oracle.drawn.tolist()
    assert laid.drawn.sum() == 6  # one in ten


def test_pairs_come_one_after_the_other_the_most_frequent_first() -> None:
    suggested = np.where(np.arange(N) == 1, STREET, SUGGESTED)  # three of each kind, the first kind with a lower number
    laid = whole_queue(EVERYTHING, LABELS, suggested, "pairs")
    ranked = laid.rows[~laid.drawn].tolist()
    rest = [row for row in range(N) if suggested[row] == SEA]
    assert ranked == [row for row in [3, 10, 20, 1, 5, 6, *rest] if row in ranked]
    assert {3, 10, 20} <= set(ranked[:3]) and {1, 5, 6} & set(ranked[3:6])  # noqa: PT018


def test_one_pair_has_its_images_and_drawn_ones_and_ends_with_its_last() -> None:
    laid = whole_queue(EVERYTHING, LABELS, SUGGESTED, "pairs", (SEA, FOREST))
    assert {3, 10, 20} <= set(laid.rows.tolist())
    assert set(laid.rows[~laid.drawn].tolist()) <= {3, 10, 20}
    assert SUGGESTED[laid.rows[-1]] == FOREST
    assert not len(whole_queue(EVERYTHING, LABELS, SUGGESTED, "pairs", (FOREST, SEA)).rows)


def test_at_random_all_are_drawn() -> None:
    laid = whole_queue(EVERYTHING, LABELS, SUGGESTED, "random")
    assert laid.drawn.all()
    assert laid.rows.tolist() == ORDER.order.tolist()


@given(st.integers(0, 2**N - 1).filter(bool), st.sampled_from(ORDERS))
def test_every_image_of_a_part_comes_once(chosen: int, order: str) -> None:
    mask = np.array([bool(chosen >> row & 1) for row in range(N)])
    laid = whole_queue(population(QUALITY, ORDER, mask), LABELS, SUGGESTED, order)
    assert sorted(laid.rows.tolist()) == np.flatnonzero(mask).tolist()


def test_pairs_are_counted() -> None:
    assert pairs(LABELS, SUGGESTED) == {(SEA, FOREST): 3, (SEA, STREET): 2}
    assert list(pairs(LABELS, SUGGESTED)) == [(SEA, FOREST), (SEA, STREET)]
    assert pairs(LABELS, LABELS) == {}


def test_bad_input() -> None:
    with pytest.raises(ErrataError, match="no order of the review 'randm'; did you mean 'random'"):
        whole_queue(EVERYTHING, LABELS, SUGGESTED, "randm")
