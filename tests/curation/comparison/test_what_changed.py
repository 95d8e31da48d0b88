"""{trained on} x {tested on}, by hand."""

import pytest

from curation.comparison.board import read_board
from curation.comparison.what_changed import what_changed
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG_V1, compared_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return compared_runs(tmp_path_factory.mktemp("changed"))


def test_cells_by_hand(workspace: Workspace) -> None:
    strong, weak = what_changed(read_board(workspace, NAME))
    assert strong["method"] == "scenes-lite0-frozen"
    cell = strong["cells"]["original"]["original"]
    assert (cell["seeds"], cell["n"]) == (2, 10)
    assert cell["accuracy"]["mean"] == pytest.approx(0.75)
    assert cell["accuracy"]["std"] == pytest.approx(0.05 * 2**0.5)  # of 0.8 and 0.7, n - 1
    means = {
        (trained, tested): one["accuracy"]["mean"]
        for trained, own in strong["cells"].items()
        for tested, one in own.items()
    }
    assert means == pytest.approx(
        {("original", "original"): 0.75, ("original", "v1"): 0.95, ("v1", "original"): 0.9, ("v1", "v1"): 1.0}
    )
    assert strong["missing"] == {}
    assert strong["cleaner_labels"]["v1"]["difference"] == pytest.approx(0.95 - 0.75)
    assert strong["cleaner_training"]["v1"]["difference"] == pytest.approx(1.0 - 0.95)
    for effect in (strong["cleaner_labels"]["v1"], strong["cleaner_training"]["v1"]):
        assert 0 <= effect["low"] <= effect["difference"] <= effect["high"]
    assert weak["cells"].keys() == {"original"}
    assert weak["missing"] == {"v1": "errata train tiny --recipe scenes-simple --size 32 --epochs 3 --version v1"}
    assert weak["cleaner_labels"]["v1"]["difference"] == pytest.approx(-0.1)
    assert weak["cleaner_training"] == {"v1": None}


def test_a_method_trained_on_curated_labels_alone(workspace: Workspace) -> None:
    own = what_changed(read_board(workspace, NAME, (STRONG_V1,)))[0]
    assert own["missing"].keys() == {"original"}
    assert (own["cleaner_labels"], own["cleaner_training"]) == ({"v1": None}, {"v1": None})
