"""An `errata` command as a process that outlives the app: started, watched and cancelled, whoever started it."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from app.jobs.request import command_line
from app.jobs.result import read_result, result_file
from curation.database.processes import last_lines, start_background
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files import runs
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_as

LOG_LINES = 12
KEEP_STATUS = ("audit", "compare", "draw")  # commands that write the status of their run folder themselves


@dataclass(frozen=True)
class _Launch:
    """What launch.json says of the last start from the app."""

    pid: int
    at: float  # Unix time, s
    request: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JobState:
    """Where a job stands."""

    state: str  # none, starting, running, finished, failed, cancelled or interrupted
    started: float = 0.0  # Unix time, s
    stage: str = ""
    done: int = 0  # of the stage
    total: int = 0
    error: str = ""
    log: tuple[str, ...] = ()  # last lines of a process that the app started
    fills: str = ""  # name of the run folder that the stage fills, where that is another one than the job's
    began: float = 0.0  # Unix time at which the stage began, s; 0 where that is not known

    @property
    def active(self) -> bool:
        """Whether a process is at work."""
        return self.state in ("starting", "running")


def start(folder: Path, arguments: Sequence[str], request: Mapping[str, Any] | None = None) -> None:
    """Start `errata ARGUMENTS` as a process of its own; its folder tells where it stands and what it did.

    Args:
        folder: the run folder of an audit, a comparison or a drawing; any other command has a folder made for it.
        arguments: of the command.
        request: what is asked for, as JSON holds it; `last_request` returns it.

    Raises:
        ErrataError: a process works in that folder already.
    """
    if watch(folder).active:
        raise ErrataError(f"`{command_line(arguments)}` is running already; wait for it or cancel it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").unlink(missing_ok=True)
    result_file(folder).unlink(missing_ok=True)
    launched = time.time()
    command = [sys.executable, "-m", "app.job", str(folder), *arguments]
    process = start_background(command, folder / "log.txt", {**os.environ, "PYTHONUNBUFFERED": "1"})
    launch = {"pid": process.pid, "at": launched, "arguments": list(arguments), "request": dict(request or {})}
    write_json(folder / "launch.json", launch)


def job_folder(workspace: Workspace, name: str) -> Path:
    """Return the folder of a command that has no run folder of its own.

    Raises:
        ErrataError: `name` is not a name.
    """
    return workspace.root / "jobs" / checked_name("job", name)


def cancel(folder: Path) -> bool:
    """End the process that works in a folder; return whether there was one. What it finished is kept."""
    if watch(folder).state == "starting":  # it has not taken the run folder yet
        try:
            psutil.Process(_launched(folder)[0]).terminate()
        except psutil.Error:
            return False
        return True
    return runs.cancel(folder)


def watch(folder: Path) -> JobState:
    """Return where the job of this folder stands."""
    status = runs.read_status(folder)
    pid, launched = _launched(folder)
    from_app = pid and (status is None or status.pid == pid or status.started < launched)
    log = tuple(last_lines(folder / "log.txt", LOG_LINES)) if from_app else ()
    if pid and (status is None or status.started < launched):  # launched from the app, not under way yet
        if _lives(pid, launched):
            return JobState("starting", launched, log=log)
        return JobState("failed", launched, error=_error(folder, log), log=log)
    if status is None:
        return JobState("none")
    started = launched if from_app else status.started  # also what it took to import everything
    return JobState(
        status.state, started, status.stage, status.done, status.total, status.error, log, status.fills, status.began
    )


def last_request(folder: Path) -> dict[str, Any]:
    """Return what was asked for with the last start from the app, empty if nothing is known of it."""
    try:
        return read_as(folder / "launch.json", _Launch).request
    except ErrataError:
        return {}


def launched_at(folder: Path) -> float:
    """Return the Unix time of the last start from the app, 0 where there was none."""
    return _launched(folder)[1]


def _launched(folder: Path) -> tuple[int, float]:
    """Return process id and Unix time of the last start from the app, zeros where there was none."""
    try:
        launch = read_as(folder / "launch.json", _Launch)
        return launch.pid, launch.at
    except ErrataError:
        return 0, 0.0


def memory_mb(folder: Path) -> float:
    """Return how much memory the process of a run and its children hold now, MiB; 0 where there is none."""
    status = runs.read_status(folder)
    if status is None or status.state != "running":
        return 0.0
    try:
        process = psutil.Process(status.pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0.0
    held = 0
    for place, member in enumerate(family):
        with suppress(psutil.Error):  # it may have ended just now
            memory = member.memory_info()
            held += memory.rss - (getattr(memory, "shared", 0) if place else 0)
    return held / 2**20


def _lives(pid: int, launched: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - launched) < 60
    except psutil.Error:
        return False


def _error(folder: Path, log: tuple[str, ...]) -> str:
    """Return why a process ended before it had a status: the sentence of its result, else the last line of its log."""
    with suppress(ErrataError):  # a damaged result
        if (result := read_result(folder)) and result.error:
            return result.error
    return log[-1] if log else "the process ended before its work began"
