"""The small process that works the queue off, one job after the other; started where something waits."""

import os
import sys
import time

from app.jobs.process import launched_at, start, watch
from app.jobs.queue import about_job, changing, forget_oldest, jobs, note_job, queue_folder
from curation.database.processes import start_background
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.locks import locked

WORK = ("queue", "--work")  # the command that works the queue off
LOOK_S = 0.3


def ensure_worker(workspace: Workspace) -> None:
    """Start the process that works the queue off where something waits and nobody does."""
    if not any(job.state == "waiting" for job in jobs(workspace)) or _works(workspace):
        return
    environment = {**os.environ, "ERRATA_HOME": str(workspace.root), "PYTHONUNBUFFERED": "1"}
    start_background([sys.executable, "-m", "app.cli", *WORK], queue_folder(workspace) / "worker.log", environment)


def work(workspace: Workspace) -> int:
    """Work off what waits, one job after the other; return how many were started. At once where another does it."""
    started = 0
    while any(job.state == "waiting" for job in jobs(workspace)):
        try:
            with locked(queue_folder(workspace) / "worker.lock", 0):
                while _next(workspace):
                    started += 1
        except ErrataError:  # somebody works already
            return started
    return started


def _next(workspace: Workspace) -> bool:
    """Wait until nothing of the queue runs, start the first job that waits; return whether there was one."""
    while _busy(workspace):
        time.sleep(LOOK_S)
    with changing(workspace):
        waiting = [job for job in jobs(workspace) if job.state == "waiting"]
        if not waiting:
            forget_oldest(workspace)
            return False
        job = waiting[0]
        start(job.folder, job.arguments)
        note_job(workspace, job.id, {**about_job(workspace, job.id), "launched": launched_at(job.folder)})
    return True


def _busy(workspace: Workspace) -> bool:
    """Return whether a job runs, perhaps one of a worker that was killed, or what is next was started elsewhere."""
    every = jobs(workspace)
    waiting = next((job for job in every if job.state == "waiting"), None)
    running = any(job.open and job.state != "waiting" for job in every)
    return running or (waiting is not None and watch(waiting.folder).active)


def _works(workspace: Workspace) -> bool:
    try:
        with locked(queue_folder(workspace) / "worker.lock", 0):
            return False
    except ErrataError:
        return True
