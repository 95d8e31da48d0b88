"""Which architecture would be chosen on which labels."""

from math import comb

import pytest

from curation.comparison.board import read_board
from curation.comparison.choice import contests
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return compared_runs(tmp_path_factory.mktemp("contests"))


def test_another_one_wins_on_the_curated_labels(workspace: Workspace) -> None:
    found = contests(read_board(workspace, NAME, (f"{STRONG}-s0", WEAK)))
    assert len(found) == 1
    own = found[0]
    assert (own["trained"], own["before"], own["after"]) == ("original", "original", "v1")
    assert own["contestants"] == [STRONG, WEAK]
    assert own["accuracy"] == {"original": [0.8, 0.9], "v1": [1.0, 0.8]}
    assert own["winner"] == {"original": [WEAK], "v1": [STRONG]}
    # By v1 the weak one is never better; it ties where neither of its two errors of ten is drawn: 0.8^10.
    ties = 0.8**10
    assert own["best"]["v1"] == pytest.approx([1 - ties / 2, ties / 2], abs=0.015)
    # As given each image is +1 for the strong one (1 of 10), +1 for the weak one (2 of 10) or nothing (7 of 10).
    strong = even = 0.0
    for a in range(11):
        for b in range(11 - a):
            chance = comb(10, a) * comb(10 - a, b) * 0.1**a * 0.2**b * 0.7 ** (10 - a - b)
            strong, even = strong + chance * (a > b), even + chance * (a == b)
    assert own["best"]["original"] == pytest.approx([strong + even / 2, 1 - strong - even / 2], abs=0.02)
    assert own["wrong_pick"] == pytest.approx(1 - own["best"]["original"][0])
    assert own["not_best"] == pytest.approx(1 - own["best"]["v1"][1])
    assert own["wrong_pick"] - ties < own["differ"] < own["wrong_pick"] + ties


def test_nothing_to_choose(workspace: Workspace) -> None:
    assert contests(read_board(workspace, NAME, (WEAK,))) == []
    assert contests(read_board(workspace, NAME, tested_on=("v1",))) == []


def test_each_contest_is_among_those_trained_on_the_same_labels(workspace: Workspace) -> None:
    found = contests(read_board(workspace, NAME))
    assert [(one["trained"], one["contestants"]) for one in found] == [("original", [STRONG, WEAK])]
