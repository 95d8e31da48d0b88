"""An audit as a process of its own: started, watched and cancelled from the app, whoever started it."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from curation.processes import last_lines, start_background
from curation.stages import read_records
from models import runs
from models.errors import ErrataError
from models.files import read_json, write_json

LOG_LINES = 12
_NAMES = {
    "images": "Read and check the images",
    "duplicates": "Find duplicates",
    "features": "Features of",
    "pixels": "Pixels for",
    "train": "Train",
    "map": "Map of",
    "cams": "Grad-CAM of",
    "fiftyone": "Write the FiftyOne dataset",
    "report": "Write the report",
}


@dataclass(frozen=True)
class Step:
    """One step of an audit."""

    name: str  # what people see
    state: str  # done, now or waiting
    seconds: float = 0.0  # of finished ones


@dataclass(frozen=True)
class AuditProgress:
    """Where an audit stands."""

    state: str  # none, starting, running, finished, failed, cancelled or interrupted
    started: float = 0.0  # Unix time, s
    steps: tuple[Step, ...] = ()
    done: int = 0  # of the current step
    total: int = 0
    error: str = ""
    log: tuple[str, ...] = ()  # last lines of a process that the app started

    @property
    def active(self) -> bool:
        """Whether a process is at work."""
        return self.state in ("starting", "running")


def start_audit(folder: Path, name: str) -> None:
    """Start `errata audit NAME` as a process that outlives the app; `folder` is the run folder of that audit.

    Raises:
        ErrataError: it is running already.
    """
    if watch_audit(folder).active:
        raise ErrataError(f"the audit of {name} is running already; wait for it or cancel it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").unlink(missing_ok=True)
    launched = time.time()
    command = [sys.executable, "-m", "app.cli", "audit", name]
    process = start_background(command, folder / "log.txt", {**os.environ, "PYTHONUNBUFFERED": "1"})
    write_json(folder / "launch.json", {"pid": process.pid, "at": launched})


def cancel_audit(folder: Path) -> bool:
    """End the process that computes the audit; return whether there was one. What it finished is kept."""
    progress = watch_audit(folder)
    if progress.state == "starting":  # it has not taken the run folder yet
        try:
            psutil.Process(_launch(folder)[0]).terminate()
        except psutil.Error:
            return False
        return True
    return runs.cancel(folder)


def watch_audit(folder: Path) -> AuditProgress:
    """Return where the audit of this run folder stands."""
    status = runs.read_status(folder)
    pid, launched = _launch(folder)
    ours = pid and (status is None or status.pid == pid or status.started < launched)
    log = tuple(last_lines(folder / "log.txt", LOG_LINES)) if ours else ()
    if pid and (status is None or status.started < launched):  # launched from the app, not under way yet
        if _lives(pid, launched):
            return AuditProgress("starting", launched, log=log)
        return AuditProgress("failed", launched, error=_error(log), log=log)
    if status is None:
        return AuditProgress("none")
    steps = _steps(folder, status) if status.state == "running" else ()
    return AuditProgress(status.state, status.started, steps, status.done, status.total, status.error, log)


def _launch(folder: Path) -> tuple[int, float]:
    """Return process id and Unix time of the last start from the app, zeros where there was none."""
    try:
        launch = read_json(folder / "launch.json")
        return int(launch["pid"]), float(launch["at"])
    except (ErrataError, KeyError, TypeError, ValueError):
        return 0, 0.0


def _lives(pid: int, launched: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - launched) < 60
    except psutil.Error:
        return False


def _error(log: tuple[str, ...]) -> str:
    """Return the sentence the command ended with."""
    said = [line.removeprefix("errata: ") for line in log if line.startswith("errata: ")]
    return said[-1] if said else (log[-1] if log else "the process ended before it began")


def _steps(folder: Path, status: runs.Status) -> tuple[Step, ...]:
    """Return the steps in their order; those before the current one are done."""
    records = read_records(folder)
    planned = _planned(folder, set(records) | {status.stage})
    if status.stage not in planned:
        return (Step("Start", "now"),)
    now = planned.index(status.stage)
    return tuple(
        Step(
            _label(stage),
            "done" if place < now else "now" if place == now else "waiting",
            records[stage].seconds if place < now and stage in records else 0.0,
        )
        for place, stage in enumerate(planned)
    )


def _planned(folder: Path, seen: set[str]) -> list[str]:
    """Return the names of the stages in the order in which they are done; preparations only where they were seen."""
    names = read_json(folder / "config.json")["architectures"]
    training = [f"{kind} {name}" for name in names for kind in ("features", "pixels", "train")]
    foreign = sorted(stage for stage in seen if stage.startswith("predictions "))
    learning = [stage for stage in training if stage.startswith("train") or stage in seen]
    looking = [f"{kind} {name}" for kind in ("map", "cams") for name in names]
    return ["images", "duplicates", *(foreign or learning), *looking, "fiftyone", "report"]


def _label(stage: str) -> str:
    kind, _, name = stage.partition(" ")
    return f"{_NAMES.get(kind, kind.capitalize())} {name}".strip()
