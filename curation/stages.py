"""The stages of a long job: each is done once, timed, and found again after a kill."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.arrays import Progress
from models.files import digest, read_json, write_json
from models.runs import Run


@dataclass(frozen=True)
class StageRecord:
    """What one finished stage took."""

    name: str
    key: str  # digest of everything its result depends on
    seconds: float
    peak_mb: float  # highest resident memory of the process up to its end
    reused: bool  # found as it was left by an earlier command


class Stages:
    """Runs stages in order and remembers in `stages.json` which are done with which inputs."""

    def __init__(self, run: Run, on_stage: Callable[[str, int, int], None] | None = None):
        self.run_folder = run.folder
        self.records: list[StageRecord] = []
        self._run = run
        self._on_stage = on_stage
        self._done = read_records(run.folder)

    def do(self, name: str, inputs: Any, outputs: list[Path], work: Callable[[Progress], object]) -> str:
        """Do the work unless it was done with the same inputs and its outputs are there; return the key of the result.

        Args:
            name: what people see.
            inputs: JSON-able; everything the result depends on.
            outputs: files that must be there for the result to count.
            work: computes them; is given a progress callback.
        """
        key = digest(name, inputs)
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
        self._record(StageRecord(name, key, time.perf_counter() - started, peak_mb(), reused=False))
        return key

    def _progress(self, name: str, done: int, total: int) -> None:
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


def peak_mb() -> float:
    """Return the highest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
