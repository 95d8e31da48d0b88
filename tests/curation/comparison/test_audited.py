"""The architectures of an audit are compared among themselves, from the first minute."""

from pathlib import Path

import pytest

from curation.comparison.audited import audit_board
from curation.comparison.figures import comparison_figures
from curation.comparison.pages.job import comparison
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.compared_runs import NAME
from tests.helpers.small_audit import ARCHITECTURES, small_audit


def test_before_any_training(tmp_path: Path) -> None:
    """By the labels as given 11 of 12 are right, and 10 by the architecture that also takes a street for a forest."""
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, NAME, cams=0)
    board = audit_board(workspace, audit)
    assert [contestant.name for contestant in board.contestants] == list(ARCHITECTURES)
    assert {contestant.models for contestant in board.contestants} == {"mean of 3 fold models"}
    figures = comparison_figures(workspace, board, audit)
    correct = [contestant["on"]["original"]["correct"] for contestant in figures["contestants"]]
    assert correct == [[11], [10]]
    assert figures["images"] == {"n": 12, "of": 12, "split": "test", "left_out": {}}
    assert figures["what_changed"] == []
    assert comparison(workspace, NAME)[1]["contestants"] == figures["contestants"]


def test_beside_trainings_and_never_among_them(workspace: Workspace) -> None:
    figures = comparison(workspace, NAME)[1]
    assert not {contestant["name"] for contestant in figures["contestants"]} & set(ARCHITECTURES)
    beside = figures["audit"]
    assert [contestant["name"] for contestant in beside["contestants"]] == list(ARCHITECTURES)
    assert {pair["first"] for pair in beside["pairs"]["v1"]} == {ARCHITECTURES[0]}
    assert [version["version"] for version in beside["versions"]] == ["original", "v1"]


def test_in_sample_predictions_are_no_contestants(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, NAME, in_sample=True, cams=0)
    with pytest.raises(ErrataError, match="no architecture of the audit of tiny can be compared: its predictions have"):
        audit_board(workspace, audit)
