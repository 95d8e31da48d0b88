"""Commands as processes: real ones, started, watched, cancelled and gone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.jobs.process import JobState, cancel, last_request, start, watch
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.small_audit import write_status

COMPUTES = """
import sys, time
from pathlib import Path
from models.files.runs import computing
with computing(Path(sys.argv[1]), {"architectures": ["a"]}) as run:
    run.report("images", 1, 3)
    time.sleep(60)
"""


def wait_while(folder: Path, *states: str) -> JobState:
    deadline = time.monotonic() + 60
    while (progress := watch(folder)).state in states and time.monotonic() < deadline:
        time.sleep(0.05)
    return progress


def test_nothing_was_started(tmp_path: Path) -> None:
    assert watch(tmp_path) == JobState("none")
    assert not cancel(tmp_path)


def test_an_audit_that_ends_before_its_work_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "nothing"))
    folder = audit_folder(Workspace(tmp_path / "home"), "intel")
    write_status(folder, "finished")  # an earlier one
    time.sleep(0.01)
    start(folder, ["audit", "intel"], {"name": "intel"})
    assert watch(folder).state == "starting"
    assert last_request(folder) == {"name": "intel"}
    with pytest.raises(ErrataError, match="`errata audit intel` is running already"):
        start(folder, ["audit", "intel"])
    ended = wait_while(folder, "starting", "running")
    assert ended.state == "failed"
    assert "data set 'intel' is not at" in ended.error
    assert any("data set 'intel' is not at" in line for line in ended.log)


def test_a_starting_process_can_be_cancelled(tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    write_json(tmp_path / "launch.json", {"pid": sleeper.pid, "at": time.time()})
    assert watch(tmp_path).state == "starting"
    assert cancel(tmp_path)
    assert sleeper.wait(10) != 0
    assert watch(tmp_path).error == "the process ended before its work began"


def test_a_running_process_is_cancelled_and_a_killed_one_is_interrupted(tmp_path: Path) -> None:
    for end, state in ((cancel, "cancelled"), (None, "interrupted")):
        process = subprocess.Popen([sys.executable, "-c", COMPUTES, str(tmp_path)])
        deadline = time.monotonic() + 60
        while watch(tmp_path).done != 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        progress = watch(tmp_path)
        assert (progress.state, progress.done, progress.total) == ("running", 1, 3)
        assert progress.log == ()  # started in a terminal: what it says is there
        if end:
            assert end(tmp_path)
        else:
            process.kill()
        process.wait(20)
        assert watch(tmp_path).state == state


def test_a_process_id_given_to_another_is_not_ours(tmp_path: Path) -> None:
    write_json(tmp_path / "launch.json", {"pid": os.getpid(), "at": 1.0})
    assert watch(tmp_path).state == "failed"


def test_a_damaged_launch_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "launch.json").write_text("{")
    assert watch(tmp_path).state == "none"
    assert last_request(tmp_path) == {}
