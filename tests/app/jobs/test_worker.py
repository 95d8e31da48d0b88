"""The worker of the queue: order, cancelling, a worker that is killed."""

import subprocess
import sys
import time

import pytest

from app.jobs import worker
from app.jobs.actions import cancel_job
from app.jobs.queue import find_job, jobs
from app.jobs.worker import ensure_worker, start_next, work
from curation.workspace.folders import Workspace
from models.files.locks import locked
from tests.helpers.processes.sleeping_jobs import add_sleeper, start_sleeper

WORKER = """
import sys
from pathlib import Path
from app.jobs import worker
from curation.workspace.folders import Workspace
from tests.helpers.processes.sleeping_jobs import start_sleeper
worker.start = start_sleeper
worker.work(Workspace(Path(sys.argv[1])))
"""


@pytest.fixture(autouse=True)
def sleepers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs sleep instead of training, and the worker look often."""
    monkeypatch.setattr(worker, "start", start_sleeper)
    monkeypatch.setattr(worker, "LOOK_S", 0.02)


def wait_until_it_runs(workspace: Workspace, name: str) -> None:
    deadline = time.monotonic() + 60
    while find_job(workspace, name).state != "running" and time.monotonic() < deadline:
        time.sleep(0.02)


def test_jobs_run_one_after_the_other_in_their_order(workspace: Workspace) -> None:
    first, second = add_sleeper(workspace, "a", 0.2), add_sleeper(workspace, "b")
    assert [job.state for job in jobs(workspace)] == ["waiting", "waiting"]
    assert work(workspace) == 2
    assert [(job.title, job.state) for job in jobs(workspace)] == [("a", "finished"), ("b", "finished")]
    assert float((first.folder / "ended").read_text()) <= float((second.folder / "began").read_text())


def test_a_job_that_was_taken_out_is_not_started(workspace: Workspace) -> None:
    cancel_job(workspace, add_sleeper(workspace, "a").id)
    assert work(workspace) == 0


def test_a_killed_worker_leaves_its_job_running_and_the_next_worker_waits_for_it(workspace: Workspace) -> None:
    """A real worker process, killed: its job goes on, and another worker starts the next one behind it."""
    first, second = add_sleeper(workspace, "a", 1.5), add_sleeper(workspace, "b")
    killed = subprocess.Popen([sys.executable, "-c", WORKER, str(workspace.root)])
    wait_until_it_runs(workspace, first.id)
    killed.kill()
    killed.wait(10)
    assert find_job(workspace, first.id).state == "running"
    assert work(workspace) == 1
    assert [job.state for job in jobs(workspace)] == ["finished", "finished"]
    assert float((first.folder / "ended").read_text()) <= float((second.folder / "began").read_text())


def test_a_running_job_is_cancelled_and_the_next_begins(workspace: Workspace) -> None:
    first, second = add_sleeper(workspace, "a", 60), add_sleeper(workspace, "b")
    assert start_next(workspace)
    wait_until_it_runs(workspace, first.id)
    assert cancel_job(workspace, first.id)
    assert find_job(workspace, first.id).state == "cancelled"
    assert work(workspace) == 1
    assert find_job(workspace, second.id).state == "finished"


def test_only_one_works(workspace: Workspace) -> None:
    add_sleeper(workspace, "a")
    with locked(workspace.root / "queue" / "worker.lock", 0):
        assert work(workspace) == 0
    assert work(workspace) == 1


def test_a_worker_is_started_where_a_job_waits_and_none_works(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(worker, "start_background", lambda command, log, environment: started.append(command))
    ensure_worker(workspace)
    assert not started
    add_sleeper(workspace, "a")
    assert started == [[sys.executable, "-m", "app.cli", "queue", "--work"]]
    with locked(workspace.root / "queue" / "worker.lock", 0):
        ensure_worker(workspace)
    assert len(started) == 1
