"""Run folders: long work that survives a closed terminal, a refreshed browser and a killed server."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.locks import try_lock
from models.files.schemas import read_as
from models.files.unfinished import sweep


@dataclass(frozen=True)
class Status:
    """The state of a run."""

    state: str  # running, finished, failed, cancelled, interrupted
    pid: int
    started: float  # Unix time, s
    updated: float  # Unix time, s
    stage: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    fills: str = ""  # name of the run folder that the stage fills, where that is another one than its own
    began: float = 0.0  # Unix time at which the stage began, s; 0 in files of before


def read_status(folder: Path) -> Status | None:
    """Return the state of the run, None if it never started.

    A run without its process is `interrupted`, and so is a run with a damaged status, whose error says that: the next
    start writes it anew.
    """
    path = folder / "status.json"
    if not path.exists():
        return None
    try:
        status = read_as(path, Status)
    except ErrataError as error:
        written = path.stat().st_mtime if path.exists() else 0.0
        return Status("interrupted", 0, written, written, error=str(error))
    if status.state == "running" and not _alive(status):
        return Status(**{**asdict(status), "state": "interrupted"})
    return status


def _alive(status: Status) -> bool:
    """Return whether the process that wrote the status still runs.

    The process id may belong to another process by now, which then began later. A process stays listed as a zombie
    until its parent asks for its exit status.
    """
    try:
        process = psutil.Process(status.pid)
        return process.create_time() <= status.started + 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


class Run:
    """The one process that computes a run; use as `with computing(folder, config) as run`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.started = time.time()
        self._stage = ""
        self._began = self.started  # of the stage
        self._reported = 0.0

    def report(
        self, stage: str, done: int = 0, total: int = 0, state: str = "running", error: str = "", fills: str = ""
    ) -> None:
        """Write the status; at most four times a second while a stage goes on."""
        now = time.time()
        if state == "running" and stage == self._stage and 0 < done < total and now - self._reported < 0.25:
            return
        if stage != self._stage:
            self._began = now
        self._stage, self._reported = stage, now
        write_json(
            self.folder / "status.json",
            asdict(Status(state, os.getpid(), self.started, now, stage, done, total, error, fills, self._began)),
        )

    def end(self, state: str, error: str = "") -> None:
        """Write how the run ended, and in which stage."""
        self.report(self._stage, state=state, error=error)


@contextmanager
def computing(folder: Path, config: dict[str, Any]) -> Iterator[Run]:
    """Hold the run folder while its one process computes; at the end of the block, write how the run ended.

    Raises:
        ErrataError: another process is computing the same run.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise ErrataError(f"cannot write {folder}: {error.strerror}; set ERRATA_HOME to a folder you own") from error
    with lock:
        if not try_lock(lock):
            status = read_status(folder)
            owner = f"process {status.pid}" if status else "another process"
            raise ErrataError(f"{folder.name} is already being computed by {owner}; wait for it or cancel it")
        sweep(folder)
        write_json(folder / "config.json", config)
        run = Run(folder)
        run.report("starting")
        with terminated_as_interrupt():
            try:
                yield run
            except KeyboardInterrupt:
                run.end("cancelled")
                raise
            except BaseException as error:
                run.end("failed", str(error) or type(error).__name__)
                raise
            run.end("finished")


@contextmanager
def terminated_as_interrupt(*signals: signal.Signals) -> Iterator[None]:
    """Let signals, SIGTERM by default, unwind the stack like Ctrl-C, so that temporary files are removed."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # which alone can handle signals
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in signals or (signal.SIGTERM,)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def cancel(folder: Path, timeout_s: float = 10) -> bool:
    """End the process that computes the run; return whether there was one. Finished work is kept."""
    status = read_status(folder)
    if status is None or status.state != "running":
        return False
    with suppress(psutil.NoSuchProcess):  # it may end by itself at any moment
        process = psutil.Process(status.pid)
        process.terminate()
        deadline = time.monotonic() + timeout_s
        while _alive(status) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _alive(status):
            process.kill()
    return True
