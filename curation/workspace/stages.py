"""The stages of a long job: each is done once, timed, and found again after a kill."""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from models.arrays import Progress
from models.files.atomic import digest, read_json, write_json
from models.files.runs import Run


@dataclass(frozen=True)
class StageRecord:
    """What one finished stage took."""

    name: str
    key: str  # digest of everything its result depends on
    seconds: float
    peak_mb: float  # highest resident memory seen up to its end, of the process and those it trains in
    reused: bool  # found as it was left by an earlier command


class Stages:
    """Runs stages in order and remembers in `stages.json` which are done with which inputs."""

    def __init__(self, run: Run, on_stage: Callable[[str, int, int], None] | None = None):
        self.run_folder = run.folder
        self.records: list[StageRecord] = []
        self._run = run
        self._on_stage = on_stage
        self._done = read_records(run.folder)
        self._memory = Memory()

    def do(self, name: str, inputs: Any, outputs: list[Path], work: Callable[[Progress], object]) -> str:
        """Do the work unless it was done with the same inputs and its outputs are there; return the key of the result.

        Args:
            name: what people see.
            inputs: JSON-able; everything the result depends on.
            outputs: files that must be there for the result to count.
            work: computes them; is given a progress callback.
        """
        key = digest(name, inputs)
        if any(record.key == key for record in self.records):  # by this command, which asks twice
            return key
        before = self._done.get(name)
        if before and before.key == key and all(path.exists() for path in outputs):
            self._record(StageRecord(**{**asdict(before), "reused": True}))
            return key
        if before:  # half-written outputs must not pass for those of the old inputs after a kill
            del self._done[name]
            self._write()
        self._progress(name, 0, 0)
        started = time.perf_counter()
        work(lambda done, total: self._progress(name, done, total))
        self._record(StageRecord(name, key, time.perf_counter() - started, self._memory.peak_mb(), reused=False))
        return key

    def _progress(self, name: str, done: int, total: int) -> None:
        self._memory.look()
        self._run.report(name, done, total)
        if self._on_stage:
            self._on_stage(name, done, total)

    def _record(self, record: StageRecord) -> None:
        self.records.append(record)
        self._done[record.name] = record
        self._write()
        self._progress(record.name, 1, 1)

    def forget_others(self) -> None:
        """Drop the records of stages that this command did not go through."""
        self._done = {record.name: record for record in self.records}
        self._write()

    def _write(self) -> None:
        write_json(self.run_folder / "stages.json", {name: asdict(one) for name, one in self._done.items()})


def read_records(folder: Path) -> dict[str, StageRecord]:
    """Return the finished stages of a run folder by name, in the order of their names."""
    path = folder / "stages.json"
    return {name: StageRecord(**record) for name, record in read_json(path).items()} if path.exists() else {}


class Memory:
    """The most memory this process and its children held at a time."""

    def __init__(self) -> None:
        self._most_mb, self._looked = 0.0, 0.0

    def look(self) -> None:
        """Add up what the processes hold now, at most once a second; pages they share are counted once."""
        now = time.monotonic()
        if now - self._looked < 1:
            return
        self._looked = now
        held = psutil.Process().memory_info().rss
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it may have ended just now
                memory = child.memory_info()
                held += memory.rss - getattr(memory, "shared", 0)
        self._most_mb = max(self._most_mb, held / 2**20)

    def peak_mb(self) -> float:
        """Return the highest sum seen, or this process's own highest where that is more, in MiB."""
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return max(self._most_mb, own / 2**20 if sys.platform == "darwin" else own / 2**10)
