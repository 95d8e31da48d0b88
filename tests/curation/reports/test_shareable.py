from pathlib import Path

import pytest

from curation.reports.shareable import shareable
from tests.helpers.reported_audit import make_audit, written


def test_files_are_named_by_their_place_in_the_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    root = tmp_path / "data"
    figures = {"a": [f"{root}/sea/1.jpg is empty (0 bytes)"], "b": ("cannot read /home/somebody/p.npz", 0.5, None)}
    assert shareable(figures, [root]) == {"a": ["sea/1.jpg is empty (0 bytes)"], "b": ["cannot read p.npz", 0.5, None]}
    assert shareable("/elsewhere/a, 1/2 and sea/x", [Path("/")]) == "/elsewhere/a, 1/2 and sea/x"


def test_a_report_says_nothing_about_this_machine(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    problem = f"{audit.rows.root}/train/7.jpg is damaged or truncated; replace it or take it out"
    audit = make_audit(tmp_path, skipped=(("train/7.jpg", problem),))
    figures, html = written(audit, tmp_path / "report")
    assert figures["skipped"][0]["problem"] == "train/7.jpg is damaged or truncated; replace it or take it out"
    assert str(tmp_path) not in html
    assert str(tmp_path) not in str(figures)
