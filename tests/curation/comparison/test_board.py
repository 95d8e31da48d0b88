"""The comparison as arrays, of runs whose every error is known."""

from pathlib import Path

import numpy as np
import pytest

from curation.comparison.board import Board, read_board, read_probs
from curation.results.trained import load_run
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs, trained_run
from tests.helpers.small_audit import CLASSES


@pytest.fixture(scope="module")
def board(workspace: Workspace) -> Board:
    return read_board(workspace, NAME)


def test_original_and_the_newest_version_by_default(board: Board) -> None:
    assert board.versions == ("original", "v1")
    assert (len(board.images.rows), board.images.of) == (10, 12)
    assert board.images.left_out == {"none-of-these": 1, "unsure": 1}
    assert board.members == [[0, 1], [2], [3]]


def test_right_by_each_version(board: Board) -> None:
    assert board.right("original").sum(1).tolist() == [8, 7, 9, 9]
    assert board.right("v1").sum(1).tolist() == [10, 9, 10, 8]


def test_of_several_right_classes_the_predicted_one_counts(board: Board) -> None:
    place = board.images.rows.image_ids.tolist().index("test/street/0.png")
    sea, street = CLASSES.index("sea"), CLASSES.index("street")
    assert [int(board.effective_labels("v1", run)[place]) for run in range(4)] == [sea, sea, street, street]
    assert [int(board.effective_labels("original", run)[place]) for run in range(4)] == [street] * 4


def test_samples_are_paired(board: Board) -> None:
    given, curated = board.samples["original"], board.samples["v1"]
    assert given.shape == curated.shape == (2000, 4)
    assert (curated[:, 0] >= given[:, 0]).all()  # on every sample: v1 is never harder for the strong run
    assert curated[:, 0].min() == 1.0
    assert given[:, 0].mean() == pytest.approx(0.8, abs=0.01)


def test_runs_of_other_classes_are_left_out_or_refused(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    two = ("sea", "forest")
    trained_run(workspace, "tiny-two-44444444", 0, {}, "two", names=["test/sea/0.png"], classes=two)
    board = read_board(workspace, NAME)
    assert [contestant.name for contestant in board.contestants] == [STRONG, WEAK]
    assert board.skipped == {"tiny-two-44444444": "it tells 2 classes apart and does not know 'street'"}
    with pytest.raises(ErrataError, match="cannot be compared: it tells 2 classes apart and does not know 'street'"):
        read_board(workspace, NAME, ("two",))


def test_runs_whose_version_is_gone(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, "tiny-lost-44444444", 0, {}, "lost", version="v8")
    assert read_board(workspace, NAME).skipped == {
        "tiny-lost-44444444": "it was trained on version 'v8', which is gone"
    }
    with pytest.raises(ErrataError, match="trained on version 'v8', which is gone; leave it out"):
        read_board(workspace, NAME, ("lost",))


def test_runs_of_an_earlier_state_of_the_data_are_known(board: Board, tmp_path: Path) -> None:
    assert board.stale == frozenset()
    workspace = compared_runs(tmp_path)
    trained_run(workspace, "tiny-old-44444444", 0, {}, "old")
    assert read_board(workspace, NAME).stale == {"tiny-old-44444444"}


def test_classes_that_a_run_knows_beyond_the_given_ones(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, "tiny-more-44444444", 0, {}, "more", classes=("airport", *CLASSES))
    board = read_board(workspace, NAME, ("more", WEAK))
    assert board.right("original").sum(1).tolist() == [12, 11]
    assert board.images.rows.classes == (*CLASSES, "airport")
    assert board.probs[0].argmax(1).tolist() == board.images.rows.labels.tolist()


def test_versions_that_are_none(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="no version of the labels 'v2'"):
        read_board(workspace, NAME, tested_on=("v2",))
    with pytest.raises(ErrataError, match="named twice"):
        read_board(workspace, NAME, tested_on=("v1", "v1"))


def test_unaudited_data_is_compared_by_what_its_trainings_read(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    (workspace.runs / f"audit-{NAME}" / "results.json").unlink()
    (workspace.runs / f"audit-{NAME}").rename(workspace.runs / f"images-{NAME}")
    assert read_board(workspace, NAME).right("original").sum(1).tolist() == [10, 9, 11]  # of all twelve
    (workspace.runs / f"images-{NAME}").rename(workspace.runs / "elsewhere")
    with pytest.raises(ErrataError, match="run `errata audit tiny`"):
        read_board(workspace, NAME)


def test_damaged_predictions(tmp_path: Path) -> None:
    folder = trained_run(Workspace(tmp_path), "tiny-a-1", 0, {})
    names, probs = read_probs(load_run(folder))
    assert (len(names), probs.shape) == (12, (12, 3))
    assert probs.dtype == np.float32
    with np.load(folder / "predictions.npz") as file:
        arrays = {**file, "probs": np.full_like(file["probs"], np.nan)}
    np.savez(folder / "predictions.npz", **arrays)
    with pytest.raises(ErrataError, match=r"tiny-a-1-s0/predictions\.npz is damaged: probs holds NaN"):
        read_probs(load_run(folder))
    (folder / "predictions.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ErrataError, match="damaged"):
        read_probs(load_run(folder))
