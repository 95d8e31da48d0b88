"""Every two contestants, on runs whose every error is known."""

from pathlib import Path

import pytest

from curation.comparison.board import read_board
from curation.comparison.choice import pair_tests
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, compared_runs, trained_run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return compared_runs(tmp_path_factory.mktemp("pairs"))


def test_pairs_by_hand(workspace: Workspace) -> None:
    found = {(one["first"], one["second"]): one for one in pair_tests(read_board(workspace, NAME), "v1")}
    assert list(found) == [(STRONG, STRONG_V1), (STRONG, WEAK), (STRONG_V1, WEAK)]
    own = found[STRONG, WEAK]
    assert own["difference"] == pytest.approx(0.95 - 0.8)  # means over the seeds
    assert own["runs"] == [f"{STRONG}-s0", f"{WEAK}-s0"]
    assert (own["first_only"], own["second_only"], own["p"]) == (2, 0, 0.5)
    assert own["low"] <= own["difference"] <= own["high"]
    # Holm: 3 x 0.5 is more than 1, and what follows is no less.
    assert [one["p_holm"] for one in found.values()] == [1.0, 1.0, 1.0]
    assert found[STRONG, STRONG_V1]["p"] == 1.0


def test_by_the_labels_as_given_the_other_one_is_better(workspace: Workspace) -> None:
    own = pair_tests(read_board(workspace, NAME, (STRONG, WEAK)), "original")[0]
    assert own["difference"] == pytest.approx(0.75 - 0.9)
    assert (own["first_only"], own["second_only"], own["p"], own["p_holm"]) == (1, 2, 1.0, 1.0)


def test_a_seed_that_both_have(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, WEAK, 1, {}, "scenes-simple", "simple_cnn", "scratch")
    trained_run(workspace, "tiny-third-44444444", 1, {}, "third")
    found = {(one["first"], one["second"]): one["runs"] for one in pair_tests(read_board(workspace, NAME), "original")}
    assert found[STRONG, "tiny-third-44444444"] == [f"{STRONG}-s1", "tiny-third-44444444-s1"]
    only_later = read_board(workspace, NAME, (f"{STRONG}-s0", "third"))
    assert pair_tests(only_later, "original")[0]["runs"] == [f"{STRONG}-s0", "tiny-third-44444444-s1"]


def test_one_contestant_has_no_pair(workspace: Workspace) -> None:
    assert pair_tests(read_board(workspace, NAME, (WEAK,)), "v1") == []
