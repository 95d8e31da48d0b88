"""Which architecture would be chosen on which labels, and how any two contestants differ; all errors are known."""

from math import comb
from pathlib import Path

import pytest

from curation.comparison.board import read_board
from curation.comparison.choice import contests, pair_tests
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, compared_runs, trained_run


def test_another_one_wins_on_the_curated_labels(workspace: Workspace) -> None:
    (contest,) = contests(read_board(workspace, NAME, (f"{STRONG}-s0", WEAK)))
    assert (contest["trained"], contest["before"], contest["after"]) == ("original", "original", "v1")
    assert contest["contestants"] == [STRONG, WEAK]
    assert contest["accuracy"] == {"original": [0.8, 0.9], "v1": [1.0, 0.8]}
    assert contest["winner"] == {"original": [WEAK], "v1": [STRONG]}
    # By v1 the weak one is never better; it ties where neither of its two errors of ten is drawn: 0.8^10.
    ties = 0.8**10
    assert contest["best"]["v1"] == pytest.approx([1 - ties / 2, ties / 2], abs=0.015)
    # As given each image is +1 for the strong one (1 of 10), +1 for the weak one (2 of 10) or nothing (7 of 10).
    strong = even = 0.0
    for a in range(11):
        for b in range(11 - a):
            chance = comb(10, a) * comb(10 - a, b) * 0.1**a * 0.2**b * 0.7 ** (10 - a - b)
            strong, even = strong + chance * (a > b), even + chance * (a == b)
    assert contest["best"]["original"] == pytest.approx([strong + even / 2, 1 - strong - even / 2], abs=0.02)
    assert contest["wrong_pick"] == pytest.approx(1 - contest["best"]["original"][0])
    assert contest["not_best"] == pytest.approx(1 - contest["best"]["v1"][1])
    assert contest["wrong_pick"] - ties < contest["differ"] < contest["wrong_pick"] + ties


def test_nothing_to_choose(workspace: Workspace) -> None:
    assert contests(read_board(workspace, NAME, (WEAK,))) == []
    assert contests(read_board(workspace, NAME, tested_on=("v1",))) == []


def test_each_contest_is_among_those_trained_on_the_same_labels(workspace: Workspace) -> None:
    results = contests(read_board(workspace, NAME))
    assert [(contest["trained"], contest["contestants"]) for contest in results] == [("original", [STRONG, WEAK])]


def test_pairs_by_hand(workspace: Workspace) -> None:
    pairs = {(pair["first"], pair["second"]): pair for pair in pair_tests(read_board(workspace, NAME), "v1")}
    assert list(pairs) == [(STRONG, STRONG_V1), (STRONG, WEAK), (STRONG_V1, WEAK)]
    pair = pairs[STRONG, WEAK]
    assert pair["difference"] == pytest.approx(0.95 - 0.8)  # means over the seeds
    assert pair["runs"] == [f"{STRONG}-s0", f"{WEAK}-s0"]
    assert (pair["first_only"], pair["second_only"], pair["p"]) == (2, 0, 0.5)
    assert pair["low"] <= pair["difference"] <= pair["high"]
    # Holm: 3 x 0.5 is more than 1, and what follows is no less.
    assert [pair["p_holm"] for pair in pairs.values()] == [1.0, 1.0, 1.0]
    assert pairs[STRONG, STRONG_V1]["p"] == 1.0


def test_by_the_labels_as_given_the_weak_one_is_better(workspace: Workspace) -> None:
    pair = pair_tests(read_board(workspace, NAME, (STRONG, WEAK)), "original")[0]
    assert pair["difference"] == pytest.approx(0.75 - 0.9)
    assert (pair["first_only"], pair["second_only"], pair["p"], pair["p_holm"]) == (1, 2, 1.0, 1.0)


def test_a_seed_that_both_have(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, WEAK, 1, {}, "scenes-simple", "simple_cnn", "scratch")
    trained_run(workspace, "tiny-third-44444444", 1, {}, "third")
    pairs = pair_tests(read_board(workspace, NAME), "original")
    runs = {(pair["first"], pair["second"]): pair["runs"] for pair in pairs}
    assert runs[STRONG, "tiny-third-44444444"] == [f"{STRONG}-s1", "tiny-third-44444444-s1"]
    only_later = read_board(workspace, NAME, (f"{STRONG}-s0", "third"))
    assert pair_tests(only_later, "original")[0]["runs"] == [f"{STRONG}-s0", "tiny-third-44444444-s1"]


def test_one_contestant_has_no_pair(workspace: Workspace) -> None:
    assert pair_tests(read_board(workspace, NAME, (WEAK,)), "v1") == []
