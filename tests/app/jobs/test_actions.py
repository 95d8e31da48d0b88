"""Jobs are added, taken out, and added again."""

import pytest

from app.jobs.actions import cancel_job, enqueue, resume_job
from app.jobs.queue import find_job, jobs
from app.jobs.request import JobRequest
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.json_file import read_json
from tests.helpers.processes.sleeping_jobs import add_sleeper


def test_the_same_command_waits_once(workspace: Workspace) -> None:
    add_sleeper(workspace, "a")
    with pytest.raises(ErrataError, match="waits or runs already"):
        add_sleeper(workspace, "a")


def test_an_audit_is_watched_in_its_run_folder(workspace: Workspace) -> None:
    request = JobRequest(("audit", "tiny"), "tiny", "tiny")
    assert enqueue(workspace, request).folder == audit_folder(workspace, "tiny")


def test_a_waiting_job_is_taken_out_and_added_again(workspace: Workspace) -> None:
    job = add_sleeper(workspace, "a")
    assert cancel_job(workspace, job.id)
    assert find_job(workspace, job.id).state == "cancelled"
    assert not cancel_job(workspace, job.id)
    again = resume_job(workspace, job.id)
    assert [listed.id for listed in jobs(workspace)] == [again.id]  # not twice in the list
    assert (again.state, again.request) == ("waiting", job.request)
    with pytest.raises(ErrataError, match="is waiting; cancel it first"):
        resume_job(workspace, again.id)


def test_an_entry_written_before_requests_were_kept_is_added_again(workspace: Workspace) -> None:
    job = add_sleeper(workspace, "a")
    path = workspace.root / "queue" / f"{job.id}.json"
    entry = {key: value for key, value in read_json(path).items() if key != "request"}
    write_json(path, {**entry, "dropped": True})
    assert resume_job(workspace, job.id).arguments == job.arguments
