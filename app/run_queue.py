"""Audits and trainings that wait for one another: a list on disk, which one small process works off in order."""

import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.background import Progress, cancel, job_folder, launched_at, start, watch
from curation.processes import locked, start_background
from curation.results import audit_folder
from curation.workspace import Workspace
from models.errors import ErrataError, unknown
from models.files import read_json, write_json

WORK = ("queue", "--work")  # the command that works the queue off
KEPT = 40  # jobs that are done and still listed; older ones are forgotten, their runs are not
_PATIENCE_S = 10.0
_LOOK_S = 0.3


@dataclass(frozen=True)
class Job:
    """One command in the queue."""

    id: str  # in the order in which they were added
    title: str  # what people see
    dataset: str  # the name it is audited under
    arguments: tuple[str, ...]
    folder: Path  # that tells the command's state
    added: float  # Unix time, s
    launched: float  # Unix time, s; 0 while it waits
    dropped: bool  # taken out before it began
    progress: Progress

    @property
    def kind(self) -> str:
        """The command: `audit` or `train`."""
        return self.arguments[0]

    @property
    def state(self) -> str:
        """`waiting`, `starting`, `running`, `finished`, `failed`, `cancelled` or `interrupted`."""
        if self.dropped:
            return "cancelled"
        return self.progress.state if self.launched else "waiting"

    @property
    def open(self) -> bool:
        """Whether it waits or is at work."""
        return self.state in ("waiting", "starting", "running")


def enqueue(workspace: Workspace, dataset: str, title: str, arguments: Sequence[str]) -> Job:
    """Add a command behind the others, and see to it that somebody works.

    Args:
        workspace: whose queue it is.
        dataset: the name it is audited under.
        title: what people see.
        arguments: of `errata`: an audit or a training.

    Raises:
        ErrataError: the same command waits or runs already, or the workspace cannot be written.
    """
    if arguments[0] not in ("audit", "train"):
        raise unknown("command for the queue", arguments[0], ("audit", "train"))
    with _changing(workspace):
        if any(job.open and job.arguments == tuple(arguments) for job in jobs(workspace)):
            raise ErrataError(f"`errata {' '.join(arguments)}` waits or runs already; wait for it or cancel it")
        name = f"{time.time_ns():019d}-{secrets.token_hex(2)}"
        folder = audit_folder(workspace, dataset) if arguments[0] == "audit" else job_folder(workspace, f"job-{name}")
        about = {
            "title": title,
            "dataset": dataset,
            "arguments": list(arguments),
            "added": time.time(),
            "launched": 0.0,
        }
        _write(workspace, name, {**about, "folder": str(folder.relative_to(workspace.root)), "dropped": False})
    ensure_worker(workspace)
    return find_job(workspace, name)


def jobs(workspace: Workspace) -> list[Job]:
    """Return all jobs, the one added first in front.

    Raises:
        ErrataError: a file of the queue is damaged.
    """
    return [_read(workspace, path) for path in sorted(_folder(workspace).glob("[0-9]*.json"))]


def find_job(workspace: Workspace, name: str) -> Job:
    """Return a job by its id, or the part of it that no other has.

    Raises:
        ErrataError: there is none.
    """
    every = jobs(workspace)
    found = [job for job in every if name and (job.id == name or job.id.endswith(name))]
    if len(found) != 1:
        raise unknown("job", name, [job.id for job in every])
    return found[0]


def cancel_job(workspace: Workspace, name: str) -> bool:
    """End a job, or take it out before it begins; return whether it was open. What it finished is kept."""
    with _changing(workspace):
        job = find_job(workspace, name)
        if job.state == "waiting":
            _write(workspace, job.id, {**_about(workspace, job.id), "dropped": True})
            return True
    return cancel(job.folder) if job.open else False


def resume_job(workspace: Workspace, name: str) -> Job:
    """Add a job that is over once more, behind the others; it goes on where it was.

    Raises:
        ErrataError: it waits or runs, or there is none.
    """
    job = find_job(workspace, name)
    if job.open:
        raise ErrataError(f"{job.title} is {job.state}; cancel it first, or wait for it")
    with _changing(workspace), suppress(FileNotFoundError):
        (_folder(workspace) / f"{job.id}.json").unlink()
    return enqueue(workspace, job.dataset, job.title, job.arguments)


def ensure_worker(workspace: Workspace) -> None:
    """Start the process that works the queue off where something waits and nobody does."""
    if not any(job.state == "waiting" for job in jobs(workspace)) or _works(workspace):
        return
    folder = _folder(workspace)
    environment = {**os.environ, "ERRATA_HOME": str(workspace.root), "PYTHONUNBUFFERED": "1"}
    start_background([sys.executable, "-m", "app.cli", *WORK], folder / "worker.log", environment)


def work(workspace: Workspace) -> int:
    """Work off what waits, one job after the other; return how many were started. At once where another does it."""
    started = 0
    while any(job.state == "waiting" for job in jobs(workspace)):
        try:
            with locked(_folder(workspace) / "worker.lock", 0):
                while _next(workspace):
                    started += 1
        except ErrataError:  # somebody works already
            return started
    return started


def _next(workspace: Workspace) -> bool:
    """Wait until nothing of the queue runs, start the first job that waits; return whether there was one."""
    while _busy(workspace):
        time.sleep(_LOOK_S)
    with _changing(workspace):
        waiting = [job for job in jobs(workspace) if job.state == "waiting"]
        if not waiting:
            _forget(workspace)
            return False
        job = waiting[0]
        start(job.folder, job.arguments)
        _write(workspace, job.id, {**_about(workspace, job.id), "launched": launched_at(job.folder)})
    return True


def _busy(workspace: Workspace) -> bool:
    """Return whether a job runs, perhaps one of a worker that was killed, or what is next was started elsewhere."""
    every = jobs(workspace)
    waiting = next((job for job in every if job.state == "waiting"), None)
    running = any(job.open and job.state != "waiting" for job in every)
    return running or (waiting is not None and watch(waiting.folder).active)


def _forget(workspace: Workspace) -> None:
    """Drop the oldest jobs that are over."""
    over = [job for job in jobs(workspace) if not job.open]
    for job in over[: max(0, len(over) - KEPT)]:
        (_folder(workspace) / f"{job.id}.json").unlink(missing_ok=True)


def _read(workspace: Workspace, path: Path) -> Job:
    about = read_json(path)
    folder, launched = workspace.root / about["folder"], float(about["launched"])
    progress = watch(folder) if launched else Progress("none")
    if launched and launched_at(folder) != launched:  # the same audit was started again since
        progress = Progress("finished", launched)
    arguments = tuple(about["arguments"])
    return Job(
        path.stem, about["title"], about["dataset"], arguments, folder, float(about["added"]), launched,
        bool(about["dropped"]), progress,
    )  # fmt: skip


def _about(workspace: Workspace, name: str) -> dict[str, Any]:
    return dict(read_json(_folder(workspace) / f"{name}.json"))


def _write(workspace: Workspace, name: str, about: dict[str, Any]) -> None:
    write_json(_folder(workspace) / f"{name}.json", {**about, "schema_version": 1})


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "queue"


@contextmanager
def _changing(workspace: Workspace) -> Iterator[None]:
    """Hold the list, so that nobody takes a job that is just being taken out."""
    _folder(workspace).mkdir(parents=True, exist_ok=True)
    with locked(_folder(workspace) / "list.lock", _PATIENCE_S):
        yield


def _works(workspace: Workspace) -> bool:
    _folder(workspace).mkdir(parents=True, exist_ok=True)
    try:
        with locked(_folder(workspace) / "worker.lock", 0):
            return False
    except ErrataError:
        return True
