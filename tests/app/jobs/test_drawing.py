"""Grad-CAM maps drawn on demand: a drawing is recognised by what was asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.jobs.drawing import Drawing, is_last_drawing, start_drawing
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from models.files.atomic import write_json

OF_RUNS = Drawing("tiny", ("a.png", "b.png"), ("first", "second"), "sea")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of what would be started as a process of its own; the folder keeps the request."""
    started: list[list[str]] = []

    def start(folder: Path, arguments: list[str], request: Mapping[str, Any]) -> None:
        started.append(arguments)
        write_json(folder / "launch.json", {"pid": 1, "at": 1.0, "request": request})

    monkeypatch.setattr("app.jobs.drawing.start", start)
    return started


def test_the_last_drawing_is_known(tmp_path: Path, started: list[list[str]]) -> None:
    workspace, of_audit = Workspace(tmp_path), Drawing("tiny", ("a.png",))
    assert not is_last_drawing(workspace, "tiny", of_audit)
    for drawing, other in ((of_audit, OF_RUNS), (OF_RUNS, of_audit)):
        start_drawing(workspace, "tiny", drawing)
        assert is_last_drawing(workspace, "tiny", drawing)
        assert not is_last_drawing(workspace, "tiny", other)
        assert not is_last_drawing(workspace, "other", drawing)
    assert started == [
        ["draw", "tiny", "a.png"],
        ["draw", "tiny", "a.png", "b.png", "--runs", "first,second", "--label", "sea"],
    ]


@pytest.mark.parametrize("launch", [{}, {"request": {}}, {"request": {"images": ["a.png"], "runs": [], "more": 1}}])
def test_a_drawing_of_another_release_is_not_known(tmp_path: Path, launch: dict[str, object]) -> None:
    workspace = Workspace(tmp_path)
    write_json(drawing_folder(workspace, "tiny") / "launch.json", {"pid": 1, "at": 1.0, **launch})
    assert not is_last_drawing(workspace, "tiny", Drawing("tiny", ("a.png",)))
