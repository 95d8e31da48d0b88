from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.review.drawn_looks import audit_order, queue
from curation.review.queue import ORDERS, Population, lay_out, pairs, population, says_wrong, shared_images, tally
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError

N, SEA, FOREST, STREET = 60, 0, 1, 2
IDS = np.array([f"{row}.png" for row in range(N)])
QUALITY: FloatArray = np.linspace(0.01, 0.6, N, dtype=np.float32)  # row 0 is the most suspicious
LABELS: IntArray = np.zeros(N, np.int64)
SUGGESTED: IntArray = np.zeros(N, np.int64)
SUGGESTED[[3, 10, 20]] = FOREST
SUGGESTED[[5, 6]] = STREET
ORDER = audit_order(IDS, QUALITY, 0)
EVERYTHING = population(QUALITY, ORDER, np.ones(N, bool))


def undrawn(part: Population, order: str, pair: tuple[int, int] | None = None) -> list[int]:
    found = lay_out(part, LABELS, SUGGESTED, order, pair)
    return [int(row) for row in found.rows[~found.drawn]]


def test_by_suspicion_it_is_the_queue_with_its_drawn_looks() -> None:
    found, oracle = lay_out(EVERYTHING, LABELS, SUGGESTED, "suspicion"), queue(QUALITY, ORDER, np.zeros(N, bool))
    assert found.rows.tolist() == oracle.rows.tolist()
    assert found.drawn.tolist() == oracle.drawn.tolist()
    assert found.drawn.sum() == 6  # one in ten


def test_pairs_come_one_after_the_other_the_most_frequent_first() -> None:
    suggested = np.where(np.arange(N) == 1, STREET, SUGGESTED)  # three of each kind, the first kind with a lower number
    found = lay_out(EVERYTHING, LABELS, suggested, "pairs")
    own = found.rows[~found.drawn].tolist()
    rest = [row for row in range(N) if suggested[row] == SEA]
    assert own == [row for row in [3, 10, 20, 1, 5, 6, *rest] if row in own]
    assert {3, 10, 20} <= set(own[:3]) and {1, 5, 6} & set(own[3:6])  # noqa: PT018


def test_one_pair_has_its_images_and_drawn_ones_and_ends_with_its_last() -> None:
    found = lay_out(EVERYTHING, LABELS, SUGGESTED, "pairs", (SEA, FOREST))
    assert {3, 10, 20} <= set(found.rows.tolist())
    assert set(found.rows[~found.drawn].tolist()) <= {3, 10, 20}
    assert SUGGESTED[found.rows[-1]] == FOREST
    assert not len(lay_out(EVERYTHING, LABELS, SUGGESTED, "pairs", (FOREST, SEA)).rows)


def test_at_random_all_are_drawn() -> None:
    found = lay_out(EVERYTHING, LABELS, SUGGESTED, "random")
    assert found.drawn.all()
    assert found.rows.tolist() == ORDER.order.tolist()


@given(st.integers(0, 2**N - 1).filter(bool), st.sampled_from(ORDERS))
def test_every_image_of_a_part_comes_once(chosen: int, order: str) -> None:
    own = np.array([bool(chosen >> row & 1) for row in range(N)])
    found = lay_out(population(QUALITY, ORDER, own), LABELS, SUGGESTED, order)
    assert sorted(found.rows.tolist()) == np.flatnonzero(own).tolist()


@given(st.integers(0, 2**N - 1).filter(bool))
def test_a_part_keeps_the_tickets_of_the_whole(chosen: int) -> None:
    own = np.array([bool(chosen >> row & 1) for row in range(N)])
    part = population(QUALITY, ORDER, own)
    assert part.audit.tickets.tolist() == ORDER.tickets[own].tolist()
    assert part.rows[part.audit.order].tolist() == [row for row in ORDER.order.tolist() if own[row]]


def test_pairs_are_counted() -> None:
    assert pairs(LABELS, SUGGESTED) == {(SEA, FOREST): 3, (SEA, STREET): 2}
    assert list(pairs(LABELS, SUGGESTED)) == [(SEA, FOREST), (SEA, STREET)]
    assert pairs(LABELS, LABELS) == {}


def test_bad_input() -> None:
    with pytest.raises(ErrataError, match="no image to review in this split"):
        population(QUALITY, ORDER, np.zeros(N, bool))
    with pytest.raises(ErrataError, match="no order of the review 'randm'; did you mean 'random'"):
        lay_out(EVERYTHING, LABELS, SUGGESTED, "randm")


def decided(reviewer: str, row: int, decision: str, *new: str, drawn: bool = False) -> Decision:
    return Decision(
        reviewer,
        str(IDS[row]),
        decision,
        new,
        "sea",
        drawn=drawn,
        id=f"{reviewer}{row}{decision}",
        time=f"2026-01-{row}",
    )


def test_says_wrong() -> None:
    assert says_wrong(decided("anna", 0, "relabel", "forest"))
    assert says_wrong(decided("anna", 0, "none-of-these"))
    assert says_wrong(decided("anna", 0, "ambiguous", "forest", "street"))
    assert not says_wrong(decided("anna", 0, "multi-label", "forest", "sea"))
    assert not any(says_wrong(decided("anna", 0, kind)) for kind in ("keep", "exclude", "unsure"))


def test_each_image_counts_once() -> None:
    state = State()
    for one in (
        decided("anna", 1, "relabel", "forest", drawn=True),
        decided("anna", 2, "keep"),
        decided("ben", 2, "relabel", "forest"),  # disputed
        decided("anna", 3, "unsure"),
        decided("ben", 4, "keep", drawn=True),
        replace(decided("anna", 4, "keep"), time="2026-02"),  # ben's look was drawn, anna's was not
    ):
        state.apply(one)
    found = tally(state, {str(image_id): row for row, image_id in enumerate(IDS)}, N)
    assert np.flatnonzero(found.looked).tolist() == [1, 4]
    assert np.flatnonzero(found.unsure).tolist() == [2, 3]
    assert np.flatnonzero(found.wrong).tolist() == [1]
    assert np.flatnonzero(found.drawn).tolist() == [1]
    all_of_them, none = np.ones(N, bool), np.zeros(N, bool)
    assert np.flatnonzero(found.done("anna", all_of_them)).tolist() == [1, 2, 3, 4]
    assert np.flatnonzero(found.done("ben", all_of_them)).tolist() == [2, 4]
    assert np.flatnonzero(found.done("ben", none)).tolist() == [1, 2, 4]  # anna is unsure of 3
    assert np.flatnonzero(found.done("ben", np.arange(N) == 1)).tolist() == [2, 4]
    assert np.flatnonzero(found.done("eva", all_of_them)).tolist() == []


def test_shared_images_are_the_same_for_everybody_and_grow_with_the_share() -> None:
    names = np.array([f"{k}.jpg" for k in range(2_000)])
    tenth, quarter = shared_images(names, 0.1), shared_images(names, 0.25)
    assert 160 < tenth.sum() < 240
    assert not (tenth & ~quarter).any()
    order = np.random.default_rng(0).permutation(len(names))
    assert np.array_equal(shared_images(names[order], 0.1), tenth[order])
    assert not shared_images(names, 0).any()
    assert shared_images(names, 1).all()
