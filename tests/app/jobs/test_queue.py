"""The queue of audits and trainings: order, cancelling, resuming, a worker that is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.jobs import actions as queue_actions
from app.jobs import queue as run_queue
from app.jobs import worker as queue_worker
from app.jobs.actions import cancel_job, enqueue, resume_job
from app.jobs.queue import Job, find_job, jobs
from app.jobs.request import JobRequest
from app.jobs.worker import work
from curation.database.processes import start_background
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from models.files.atomic import read_json, write_json
from models.files.locks import locked

# In place of app.job: says when it began and ended, and sleeps as long as its last argument says.
_SLEEPS = """
import sys, time
from pathlib import Path
from models.files.runs import computing
folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
with computing(folder, {}) as run:
    (folder / "began").write_text(repr(time.time()))
    time.sleep(seconds)
    (folder / "ended").write_text(repr(time.time()))
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    monkeypatch.setattr(queue_actions, "ensure_worker", lambda workspace: None)
    monkeypatch.setattr(queue_worker, "start", _start)
    monkeypatch.setattr(queue_worker, "LOOK_S", 0.02)
    return Workspace(tmp_path)


def _start(folder: Path, arguments: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    launched = time.time()
    command = [sys.executable, "-c", _SLEEPS, str(folder), arguments[-1]]
    process = start_background(command, folder / "log.txt", dict(os.environ))
    write_json(folder / "launch.json", {"pid": process.pid, "at": launched, "arguments": list(arguments)})


def add(workspace: Workspace, name: str, seconds: float = 0.0) -> Job:
    return enqueue(workspace, JobRequest(("train", "tiny", "--recipe", name, f"{seconds:g}"), "tiny", name))


def test_jobs_run_one_after_the_other_in_their_order(workspace: Workspace) -> None:
    first, second = add(workspace, "a", 0.2), add(workspace, "b")
    assert [job.state for job in jobs(workspace)] == ["waiting", "waiting"]
    assert work(workspace) == 2
    assert [(job.title, job.state) for job in jobs(workspace)] == [("a", "finished"), ("b", "finished")]
    assert float((first.folder / "ended").read_text()) <= float((second.folder / "began").read_text())


def test_the_same_command_waits_once(workspace: Workspace) -> None:
    add(workspace, "a")
    with pytest.raises(ErrataError, match="waits or runs already"):
        add(workspace, "a")


def test_an_audit_is_watched_in_its_own_folder(workspace: Workspace) -> None:
    request = JobRequest(("audit", "tiny"), "tiny", "tiny")
    assert enqueue(workspace, request).folder == audit_folder(workspace, "tiny")


def test_one_that_waits_is_taken_out_and_added_again(workspace: Workspace) -> None:
    job = add(workspace, "a")
    assert cancel_job(workspace, job.id)
    assert find_job(workspace, job.id).state == "cancelled"
    assert not cancel_job(workspace, job.id)
    assert work(workspace) == 0
    again = resume_job(workspace, job.id)
    assert [job.id for job in jobs(workspace)] == [again.id]  # not twice in the list
    assert (again.state, again.arguments) == ("waiting", job.arguments)
    with pytest.raises(ErrataError, match="is waiting; cancel it first"):
        resume_job(workspace, again.id)


def test_a_killed_worker_leaves_its_job_running_and_the_next_one_waits_for_it(workspace: Workspace) -> None:
    """A real worker process, killed: its job goes on, and another worker starts the next one behind it."""
    first, second = add(workspace, "a", 1.5), add(workspace, "b")
    program = (
        "import sys; from pathlib import Path; from app.jobs import worker as queue_worker;"
        " from curation.workspace.folders import Workspace\n"
        "import tests.app.jobs.test_queue as t; queue_worker.start = t._start\n"
        "queue_worker.work(Workspace(Path(sys.argv[1])))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, str(workspace.root)])
    deadline = time.monotonic() + 60
    while find_job(workspace, first.id).state != "running" and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.kill()
    worker.wait(10)
    assert find_job(workspace, first.id).state == "running"
    assert work(workspace) == 1
    assert [job.state for job in jobs(workspace)] == ["finished", "finished"]
    assert float((first.folder / "ended").read_text()) <= float((second.folder / "began").read_text())


def test_a_running_one_is_cancelled_and_the_next_begins(workspace: Workspace) -> None:
    first, second = add(workspace, "a", 60), add(workspace, "b")
    assert queue_worker._next(workspace)
    deadline = time.monotonic() + 30
    while find_job(workspace, first.id).state != "running" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cancel_job(workspace, first.id)
    assert find_job(workspace, first.id).state == "cancelled"
    assert work(workspace) == 1
    assert find_job(workspace, second.id).state == "finished"


def test_only_one_works(workspace: Workspace) -> None:
    add(workspace, "a")
    with locked(workspace.root / "queue" / "worker.lock", 0):
        assert queue_worker._works(workspace)
        assert work(workspace) == 0
    assert not queue_worker._works(workspace)


def test_a_worker_is_started_where_something_waits(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("ERRATA_HOME", str(workspace.root))
    started: list[list[str]] = []
    monkeypatch.setattr(queue_worker, "start_background", lambda command, log, environment: started.append(command))
    queue_worker.ensure_worker(workspace)
    assert not started
    add(workspace, "a")
    assert started == [[sys.executable, "-m", "app.cli", "queue", "--work"]]


def test_old_jobs_are_forgotten(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_queue, "KEPT", 1)
    for name in "abc":
        cancel_job(workspace, add(workspace, name).id)
    run_queue.forget_oldest(workspace)
    assert [job.title for job in jobs(workspace)] == ["c"]


def test_an_audit_started_again_elsewhere_is_no_longer_this_job(workspace: Workspace) -> None:
    job = add(workspace, "a")
    path = workspace.root / "queue" / f"{job.id}.json"
    write_json(path, {**read_json(path), "launched": 5.0})
    write_json(job.folder / "launch.json", {"pid": os.getpid(), "at": 9.0, "arguments": []})
    assert find_job(workspace, job.id).state == "finished"


def test_an_entry_written_before_requests_were_kept_is_read(workspace: Workspace) -> None:
    job = add(workspace, "a")
    path = workspace.root / "queue" / f"{job.id}.json"
    entry = read_json(path)
    del entry["request"]
    write_json(path, entry)
    (old,) = jobs(workspace)
    assert (old.title, old.dataset, old.arguments, old.state) == (job.title, "tiny", job.arguments, "waiting")
    assert (old.request.version, old.request.seeds) == ("original", ())
    assert work(workspace) == 1
    assert resume_job(workspace, old.id).arguments == job.arguments


@pytest.mark.parametrize("entry", [{}, [], {"title": "a", "dataset": "tiny", "arguments": 3}])
def test_a_damaged_entry_is_one_sentence(workspace: Workspace, entry: object) -> None:
    write_json(workspace.root / "queue" / "1-x.json", entry)
    with pytest.raises(ErrataError, match=r"1-x\.json is damaged .*; delete it and add the job again"):
        jobs(workspace)
