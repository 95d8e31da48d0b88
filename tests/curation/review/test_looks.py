"""Looks of a log as a learner takes them."""

from dataclasses import replace

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.review.looks import is_selected, learned_from, looks_of, named_queue
from curation.scoring.learned.lesson import RIGHT
from curation.scoring.learned.order import UNSETTLED
from curation.scoring.learned.traits import CORRECTIONS
from tests.curation.review.test_tally import IDS, decided

CLASSES = ("sea", "forest", "street")
ROW_OF = {str(image_id): row for row, image_id in enumerate(IDS)}


def state_of(*decisions: Decision) -> State:
    state = State()
    for place, decision in enumerate(decisions):
        state.apply(replace(decision, id=str(place), sequence=place, time=f"2026-01-01T00:00:{place:02}"))
    return state


def test_each_verdict_says_its_own() -> None:
    state = state_of(
        decided("anna", 9, "keep"),
        decided("anna", 1, "relabel", "forest"),
        decided("anna", 2, "ambiguous", "sea", "street"),
        decided("anna", 3, "multi-label", "sea", "forest"),
        decided("anna", 4, "none-of-these"),
        decided("anna", 5, "exclude"),
        decided("anna", 6, "unsure"),
    )
    looks = looks_of(state, ROW_OF, CLASSES)
    assert looks.rows.tolist() == [9, 1, 2, 3, 4, 5, 6]  # in the order of the looks
    wrong, ambiguous, none, excluded = range(len(CORRECTIONS))
    assert looks.kinds.tolist() == [RIGHT, wrong, ambiguous, ambiguous, none, excluded, UNSETTLED]
    assert looks.shown.tolist() == [
        [1, 0, 0], [0, 1, 0], [0.5, 0, 0.5], [0.5, 0.5, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0],
    ]  # fmt: skip
    assert not looks.selected.any()
    assert len(looks.answers(7).rows) == 6


def test_reviewers_who_disagree_teach_nothing_until_it_is_settled() -> None:
    disputed = (decided("anna", 1, "keep"), decided("ben", 1, "relabel", "forest"))
    assert looks_of(state_of(*disputed), ROW_OF, CLASSES).kinds.tolist() == [UNSETTLED]
    settled = replace(decided("eva", 1, "relabel", "street"), adjudicates=True)
    looks = looks_of(state_of(*disputed, settled), ROW_OF, CLASSES)
    assert looks.kinds.tolist() == [CORRECTIONS.index("wrong")]
    assert looks.shown.tolist() == [[0, 0, 1]]


def test_a_class_that_is_gone_is_not_shown() -> None:
    looks = looks_of(state_of(decided("anna", 1, "relabel", "lake")), ROW_OF, CLASSES)
    assert (looks.kinds.tolist(), looks.shown.tolist()) == ([CORRECTIONS.index("wrong")], [[0, 0, 0]])


def test_no_looks() -> None:
    looks = looks_of(State(), ROW_OF, CLASSES)
    assert (looks.rows.shape, looks.shown.shape) == ((0,), (0, 3))


@pytest.mark.parametrize("answers", [0, 1, 12, 1234])
def test_the_log_says_from_how_many_verdicts_an_order_was_learned(answers: int) -> None:
    assert learned_from(named_queue("test: suspicion", answers)) == answers
    assert learned_from("test: suspicion") is None


def test_selected_looks_are_those_that_a_learned_order_proposed() -> None:
    queue = named_queue("test: suspicion", 3)
    look = replace(decided("anna", 1, "keep"), queue=queue, rank=4)
    assert is_selected(look)
    assert not is_selected(replace(look, drawn=True))
    assert not is_selected(replace(look, rank=None))  # picked by a person
    assert not is_selected(replace(look, queue="test: suspicion"))
    looks = looks_of(state_of(look, replace(look, image_id=str(IDS[2]), drawn=True)), ROW_OF, CLASSES)
    assert np.flatnonzero(looks.selected).tolist() == [0]
    assert np.flatnonzero(looks.drawn).tolist() == [1]
