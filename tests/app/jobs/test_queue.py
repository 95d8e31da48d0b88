"""The list of jobs: what is read of each, how it is found, and what is forgotten."""

import os
import re

import pytest

from app.jobs import queue
from app.jobs.actions import cancel_job
from app.jobs.queue import find_job, forget_oldest, jobs
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.json_file import read_json
from tests.helpers.processes.sleeping_jobs import add_sleeper


def test_a_job_by_the_end_of_its_id(workspace: Workspace) -> None:
    job = add_sleeper(workspace, "a")
    assert find_job(workspace, job.id[-4:]) == job
    for name in ("", "x"):
        with pytest.raises(ErrataError, match=f"no job '{name}'"):
            find_job(workspace, name)


def test_old_jobs_are_forgotten(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "KEPT", 1)
    for name in "abc":
        cancel_job(workspace, add_sleeper(workspace, name).id)
    forget_oldest(workspace)
    assert [job.title for job in jobs(workspace)] == ["c"]


def test_an_audit_started_again_elsewhere_is_no_longer_this_job(workspace: Workspace) -> None:
    job = add_sleeper(workspace, "a")
    path = workspace.root / "queue" / f"{job.id}.json"
    write_json(path, {**read_json(path), "launched": 5.0})
    write_json(job.folder / "launch.json", {"pid": os.getpid(), "at": 9.0, "arguments": []})
    assert find_job(workspace, job.id).state == "finished"


def test_an_entry_written_before_requests_were_kept_is_read(workspace: Workspace) -> None:
    job = add_sleeper(workspace, "a")
    path = workspace.root / "queue" / f"{job.id}.json"
    write_json(path, {key: value for key, value in read_json(path).items() if key != "request"})
    (old,) = jobs(workspace)
    assert (old.title, old.dataset, old.arguments, old.state) == (job.title, "tiny", job.arguments, "waiting")
    assert (old.request.version, old.request.seeds) == ("original", ())


@pytest.mark.parametrize("entry", [{}, [], {"title": "a", "dataset": "tiny", "arguments": 3}])
def test_a_damaged_entry_is_one_sentence_and_the_others_are_listed(
    workspace: Workspace, entry: object, caplog: pytest.LogCaptureFixture
) -> None:
    job = add_sleeper(workspace, "a")
    write_json(workspace.root / "queue" / "1-x.json", entry)
    assert [job.id for _ in range(3) for job in jobs(workspace)] == 3 * [job.id]
    (said,) = caplog.messages  # once
    assert re.search(r"1-x\.json is damaged .*; delete it and add the job again", said)
