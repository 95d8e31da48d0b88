"""The small process that works off the queue, one job after the other; it is started when a job waits."""

import os
import sys
import time

from app.jobs.process import launched_at, start, watch
from app.jobs.queue import changing, forget_oldest, jobs, queue_folder, read_entry, write_entry
from curation.database.processes import start_background
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.locks import locked

WORK = ("queue", "--work")  # the command that works off the queue
LOOK_S = 0.3


def ensure_worker(workspace: Workspace) -> None:
    """Start the process that works off the queue if a job waits and none runs."""
    if not any(job.state == "waiting" for job in jobs(workspace)) or _works(workspace):
        return
    environment = {**os.environ, "ERRATA_HOME": str(workspace.root), "PYTHONUNBUFFERED": "1"}
    start_background([sys.executable, "-m", "app.cli", *WORK], queue_folder(workspace) / "worker.log", environment)


def work(workspace: Workspace) -> int:
    """Work off the queue; return how many jobs were started, at once 0 where another process works it off."""
    started = 0
    while any(job.state == "waiting" for job in jobs(workspace)):
        try:
            with locked(queue_folder(workspace) / "worker.lock", 0):
                while start_next(workspace):
                    started += 1
        except ErrataError:  # another process holds the lock
            return started
    return started


def start_next(workspace: Workspace) -> bool:
    """Wait until no job runs, then start the first that waits; return whether there was one."""
    while _busy(workspace):
        time.sleep(LOOK_S)
    with changing(workspace):
        waiting = [job for job in jobs(workspace) if job.state == "waiting"]
        if not waiting:
            forget_oldest(workspace)
            return False
        job = waiting[0]
        start(job.folder, job.arguments)
        write_entry(workspace, job.id, {**read_entry(workspace, job.id), "launched": launched_at(job.folder)})
    return True


def _busy(workspace: Workspace) -> bool:
    """Return whether a job runs, perhaps started by a worker that was killed, or the next one runs elsewhere."""
    queued = jobs(workspace)
    waiting = next((job for job in queued if job.state == "waiting"), None)
    running = any(job.open and job.state != "waiting" for job in queued)
    return running or (waiting is not None and watch(waiting.folder).active)


def _works(workspace: Workspace) -> bool:
    try:
        with locked(queue_folder(workspace) / "worker.lock", 0):
            return False
    except ErrataError:
        return True
