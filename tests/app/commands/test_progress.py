"""The live display: bars on a terminal; elsewhere a line when a stage begins and when it ends."""

import io

import pytest
from rich.console import Console

from app.commands import progress
from app.commands.progress import stage_display

EVENTS = [("images", 0, 0), ("images", 5, 10), ("images", 10, 10), ("images", 1, 1), ("train", 1, 1)]


def test_lines_for_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with stage_display() as show:
        for event in EVENTS:
            show(*event)
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert len(lines) == 3
    assert lines[0] == "images …"
    assert lines[1].startswith("images: ")
    assert lines[2].startswith("train: ")  # found as it was left: only its end is said


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(progress, "Console", lambda **_: Console(file=screen, force_terminal=True, width=100))
    with stage_display() as show:
        for event in EVENTS:
            show(*event)
    text = screen.getvalue()
    assert "images" in text
    assert "10/10" in text
    assert "train" in text
