"""The tour: which steps are done, as the files of the workspace show, and that it comes only once."""

from pathlib import Path

import pytest

from app.jobs.process import JobState
from app.panels import tour
from app.panels.tour import STEPS, end_tour, steps_done
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.files.atomic import write_json, write_text
from tests.helpers.json_file import read_json


def test_the_files_tell_which_steps_are_done(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done(looked: bool = False) -> list[bool]:
        return list(steps_done(workspace, "tiny", looked)[0])

    assert done() == [False] * 5
    assert done(looked=True) == [True, *[False] * 4]
    images = audit.rows.image_ids[:3].tolist()
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", images[0], "keep"))
    assert (done(), steps_done(workspace, "tiny", False)[1]) == ([True, *[False] * 4], 1)
    ledger.decide(*(Decision("ana", image, "keep") for image in images[1:]))
    assert done() == [True, True, False, False, False]
    write_json(workspace.splits / "tiny" / "v1" / "split.json", {})
    assert done() == [True, True, True, False, False]
    run = workspace.runs / "trained"
    write_json(run / "config.json", {"dataset": "tiny", "version": "original", "architecture": "a", "classes": ["b"]})
    write_json(run / "metrics.json", {})
    assert not done()[3]
    write_json(run / "config.json", {"dataset": "tiny", "version": "v1", "architecture": "a", "classes": ["b"]})
    assert done() == [True, True, True, True, False]
    monkeypatch.setattr(tour, "watch", lambda folder: JobState("finished" if folder.name == "export-tiny" else "none"))
    assert done() == [True] * len(STEPS)


def test_it_comes_only_to_a_workspace_without_work(workspace: Workspace, tmp_path: Path) -> None:
    assert tour._state(workspace) == "open"
    end_tour(workspace)
    assert tour._state(workspace) == "over"
    used = Workspace(tmp_path / "used")
    write_text(used.decisions / "tiny.jsonl", "{}")
    assert tour._state(used) == "over"
    assert read_json(used.root / "tour.json") == {"state": "over"}
    write_text(used.root / "tour.json", "damaged")
    assert tour._state(used) == "over"
