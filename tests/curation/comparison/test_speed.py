"""Speed is measured once and kept, with a real, small network."""

import pytest

from curation.comparison.board import read_board
from curation.comparison.speed import known_speed, measure_speeds
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, WEAK
from tests.helpers.transferred_runs import TARGET, transferred_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return transferred_runs(tmp_path_factory.mktemp("speed"))


def test_speed_is_measured_once(workspace: Workspace) -> None:
    board = read_board(workspace, NAME)
    measure_speeds(board.contestants)
    speed = known_speed(workspace.runs / f"{TARGET}-s0")
    assert speed is not None
    assert speed["ms_per_image"] > 0
    assert speed.keys() == {"ms_per_image", "batch_size", "device", "threads"}
    assert known_speed(workspace.runs / f"{WEAK}-s0") is None  # nothing to measure
    measure_speeds(board.contestants)
    assert known_speed(workspace.runs / f"{TARGET}-s0") == speed
