"""Audits and trainings that wait for one another: a list on disk, the same for every tab and after every restart."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.jobs.process import JobState, launched_at, watch
from app.jobs.request import JobRequest, read_request
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown
from models.files.atomic import write_json
from models.files.locks import locked
from models.files.schemas import read_dict

KEPT = 40  # jobs that are over and still listed; older ones are forgotten, but not their runs
_PATIENCE_S = 10.0
SCHEMA_VERSION = 1
_ADD_AGAIN = "delete it and add the job again"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Request:
    """What an entry says of the request."""

    version: str
    seeds: list[int]
    options: dict[str, Any]


@dataclass(frozen=True)
class _Entry:
    """What a file of the queue says."""

    title: str
    dataset: str
    arguments: list[str]
    folder: str  # in the workspace
    added: float
    launched: float
    dropped: bool
    request: _Request | None = None  # of entries that were written before requests were kept


@dataclass(frozen=True)
class Job:
    """One command in the queue."""

    id: str  # in the order in which they were added
    request: JobRequest
    folder: Path  # tells the command's state and result
    added: float  # Unix time, s
    launched: float  # Unix time, s; 0 while it waits
    dropped: bool  # taken out before it began
    progress: JobState

    @property
    def title(self) -> str:
        """What people see."""
        return self.request.title

    @property
    def dataset(self) -> str:
        """The name under which it is audited."""
        return self.request.dataset

    @property
    def arguments(self) -> tuple[str, ...]:
        """What `errata` is given, the command first."""
        return self.request.arguments

    @property
    def kind(self) -> str:
        """The command: `audit` or `train`."""
        return self.request.command

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


def jobs(workspace: Workspace) -> list[Job]:
    """Return all jobs in the order in which they were added; an entry that cannot be read is said once and left out."""
    entries = (_read(workspace, path) for path in sorted(queue_folder(workspace).glob("[0-9]*.json")))
    return [job for job in entries if job]


def find_job(workspace: Workspace, name: str) -> Job:
    """Return the job with this id, or the only job with an id that ends in it.

    Raises:
        ErrataError: there is none, or there are several.
    """
    queued = jobs(workspace)
    matching = [job for job in queued if name and (job.id == name or job.id.endswith(name))]
    if len(matching) != 1:
        raise unknown("job", name, [job.id for job in queued])
    return matching[0]


def read_entry(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return what the queue keeps of a job."""
    path = queue_folder(workspace) / f"{name}.json"
    entry = read_dict(path, _Entry, _ADD_AGAIN, newest=SCHEMA_VERSION)
    if not entry["arguments"]:
        raise ErrataError(f"{path} is damaged (it names no command); {_ADD_AGAIN}")
    return entry


def write_entry(workspace: Workspace, name: str, entry: dict[str, Any]) -> None:
    """Keep a job in the queue, whole or not at all."""
    write_json(queue_folder(workspace) / f"{name}.json", {**entry, "schema_version": SCHEMA_VERSION})


def forget_job(workspace: Workspace, name: str) -> None:
    """Take a job off the list; what it computed stays."""
    (queue_folder(workspace) / f"{name}.json").unlink(missing_ok=True)


def forget_oldest(workspace: Workspace) -> None:
    """Take jobs that are over off the list, except the newest."""
    over = [job for job in jobs(workspace) if not job.open]
    for job in over[: max(0, len(over) - KEPT)]:
        forget_job(workspace, job.id)


def queue_folder(workspace: Workspace) -> Path:
    """Return the folder of the list; it is made if it does not exist."""
    folder = workspace.root / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def changing(workspace: Workspace) -> Iterator[None]:
    """Hold the list, so that no worker takes a job that is just being taken out.

    Raises:
        ErrataError: another process holds it for too long.
    """
    with locked(queue_folder(workspace) / "list.lock", _PATIENCE_S):
        yield


def _read(workspace: Workspace, path: Path) -> Job | None:
    """Return a job; None where it was taken off the list just now, or is damaged."""
    try:
        entry = read_entry(workspace, path.stem)
    except ErrataError as error:
        if path.exists():
            _say_once(str(error))
        return None
    request, folder = read_request(entry), workspace.root / entry["folder"]
    added, launched, dropped = entry["added"], entry["launched"], entry["dropped"]
    progress = watch(folder) if launched else JobState("none")
    if launched and launched_at(folder) != launched:  # the same audit was started again since
        progress = JobState("finished", launched)
    return Job(path.stem, request, folder, added, launched, dropped, progress)


@cache
def _say_once(sentence: str) -> None:
    """Log a sentence once: the list is read every other second."""
    _log.warning("%s", sentence)
