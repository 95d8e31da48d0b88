"""How the review may favour somebody: by hand."""

from pathlib import Path

import pytest

from curation.comparison.board import read_board
from curation.comparison.review_bias import review_bias
from curation.results.audit import load_audit
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, compared_runs


def test_by_hand(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    bias = review_bias(workspace, read_board(workspace, NAME), load_audit(workspace, NAME))
    assert bias.keys() == {"v1"}
    review = bias["v1"]
    assert (review["n"], review["judged"], review["fixes"], review["unproposed"]) == (10, 3, 2, 1)
    assert review["ways"] == {"drawn": 2, "by suspicion": 1, "picked": 0}
    assert review["blind"] == pytest.approx(1 / 3)
    proposed = {name: (figures["proposed"], figures["only"]) for name, figures in review["contestants"].items()}
    assert proposed == {STRONG: (1, 1), STRONG_V1: (1, 1), WEAK: (0, 0)}
    without = {name: figures["without"]["accuracy"] for name, figures in review["contestants"].items()}
    # With sea/0 as given again the strong ones are wrong there; nothing changes for the weak one.
    assert without == pytest.approx({STRONG: (0.9 + 0.8) / 2, STRONG_V1: 0.9, WEAK: 0.8})
    drawn = review["contestants"][WEAK]["drawn"]
    assert drawn["note"].startswith("too few")
    assert 0 <= drawn["low"] <= drawn["accuracy"] <= drawn["high"] <= 1
    assert drawn["drawn"] + drawn["certain"] == 3


def test_without_audit_or_version_nothing_is_said(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    assert review_bias(workspace, read_board(workspace, NAME), None) == {}
    only = read_board(workspace, NAME, tested_on=("original",))
    assert review_bias(workspace, only, load_audit(workspace, NAME)) == {}


def test_a_log_that_is_gone_is_said(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    (workspace.decisions / f"{NAME}.jsonl").unlink()
    bias = review_bias(workspace, read_board(workspace, NAME), load_audit(workspace, NAME))
    assert "put it back" in bias["v1"]["problem"]
