"""The stages of a long job: each is done once, timed, and found again after a kill.

What the stages of an audit depend on is listed in `curation.audit.run`.
"""

import logging
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import psutil

from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import digest, write_json
from models.files.runs import Run
from models.files.schemas import read_as

OnStage = Callable[[str, int, int], None]  # told (stage, done, total)
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StageRecord:
    """What one finished stage took."""

    name: str
    key: str  # digest of everything its result depends on, and of nothing else
    seconds: float
    peak_mb: float  # highest resident memory seen up to its end, of the process and those it trains in
    reused: bool  # left by an earlier command


class Stages:
    """Runs stages in order and remembers in `stages.json` which are done with which inputs."""

    def __init__(self, run: Run, on_stage: OnStage | None = None):
        self.run_folder = run.folder
        self.started = run.started  # Unix time, s
        self.records: list[StageRecord] = []
        self._run = run
        self._on_stage = on_stage
        self._done = read_records(run.folder)
        self._memory = Memory()

    def do(
        self,
        name: str,
        inputs: Any,
        outputs: Sequence[Path],
        work: Callable[[Progress], object],
        fills: str = "",
        read: Callable[[], object] | None = None,
    ) -> None:
        """Do the work unless it was done with the same inputs and its outputs are there.

        Args:
            name: what people see.
            inputs: JSON-able; everything the result depends on, and nothing else.
            outputs: files that must be there for the result to count.
            work: writes them; is given a progress callback.
            fills: name of the run folder that the work fills while it goes on, where it is another one.
            read: reads outputs of an earlier command; where they are damaged, they are removed and made anew.

        Raises:
            ErrataError: outputs of an earlier command cannot be read now, and may be whole.
        """
        key = digest(name, inputs)
        if not self._is_done(name, key, outputs) or (read and not self._can(read, name, outputs)):
            self._work(name, key, work, fills)

    def value(
        self,
        name: str,
        inputs: Any,
        outputs: Sequence[Path],
        make: Callable[[Progress], T],
        load: Callable[[], T],
        fills: str = "",
    ) -> T:
        """Return a value that is kept in files: made with the same inputs before, or else made now.

        Args:
            name: what people see.
            inputs: JSON-able; everything the value depends on, and nothing else.
            outputs: the files.
            make: returns the value after writing the files; is given a progress callback.
            load: reads it back; called at most once, and where it raises ErrataError the value is made again.
            fills: as for `do`.
        """
        key = digest(name, inputs)
        if self._is_done(name, key, outputs):
            try:
                return load()
            except ErrataError as error:  # damaged
                self._say(error, name)
        return self._work(name, key, make, fills)

    def passing(self, name: str, work: Callable[[Progress], T]) -> T:
        """Return what the work returns; it is shown while it goes on, and nothing remembers it.

        Args:
            name: what people see.
            work: is given a progress callback; what the audit shows in the end does not depend on it.
        """
        self._progress(name, 0, 0)
        return work(lambda done, total: self._progress(name, done, total))

    def _can(self, read: Callable[[], object], name: str, outputs: Sequence[Path]) -> bool:
        try:
            read()
        except ErrataError as error:
            if isinstance(error.__cause__, OSError):  # they cannot be read now, and may be whole
                raise
            self._say(error, name)
            for path in outputs:
                path.unlink(missing_ok=True)
            return False
        return True

    def _say(self, error: ErrataError, name: str) -> None:
        """Say that a result is damaged, and forget that it is there."""
        _log.warning("%s: made again", str(error).partition(";")[0])
        self.records = [record for record in self.records if record.name != name]

    def _is_done(self, name: str, key: str, outputs: Sequence[Path]) -> bool:
        """Return whether the result is there; it is then recorded as reused."""
        if not all(path.exists() and path.stat().st_size for path in outputs):
            return False
        if any(record.key == key for record in self.records):  # by this command, which asks twice
            return True
        before = self._done.get(name)
        if before is None or before.key != key:
            return False
        self._record(replace(before, reused=True))
        return True

    def _work(self, name: str, key: str, work: Callable[[Progress], T], fills: str = "") -> T:
        if name in self._done:  # after a kill, half-written outputs must not look like those of the old inputs
            del self._done[name]
            self._write()
        self._progress(name, 0, 0, fills)
        started = time.perf_counter()
        self.records = [record for record in self.records if (record.name, record.key) != (name, key)]
        result = work(lambda done, total: self._progress(name, done, total, fills))
        self._record(StageRecord(name, key, time.perf_counter() - started, self._memory.peak_mb(), reused=False))
        return result

    def _progress(self, name: str, done: int, total: int, fills: str = "") -> None:
        self._memory.measure()
        self._run.report(name, done, total, fills=fills)
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
        write_json(self.run_folder / "stages.json", {name: asdict(record) for name, record in self._done.items()})


def read_records(folder: Path) -> dict[str, StageRecord]:
    """Return the finished stages of a run folder by name, in the order of their names; none where they are damaged."""
    path = folder / "stages.json"
    if not path.exists():
        return {}
    try:
        return read_as(path, dict[str, StageRecord])
    except ErrataError as error:
        _log.warning("%s: no stage of %s counts as done, the next audit goes through all", error, folder.name)
        return {}


class Memory:
    """The most memory this process and its children held at a time."""

    def __init__(self) -> None:
        self._most_mb, self._measured = 0.0, 0.0

    def measure(self) -> None:
        """Add up what the processes hold now, at most once a second; pages they share are counted once."""
        now = time.monotonic()
        if now - self._measured < 1:
            return
        self._measured = now
        held = psutil.Process().memory_info().rss
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it may have ended just now
                memory = child.memory_info()
                held += memory.rss - getattr(memory, "shared", 0)
        self._most_mb = max(self._most_mb, held / 2**20)

    def peak_mb(self) -> float:
        """Return the highest sum seen, or this process's own highest where that is more, in MiB."""
        return max(self._most_mb, _highest_mb())


def _highest_mb() -> float:
    """Return the highest resident memory of this process, in MiB.

    Linux keeps it in /proc for this program alone; `getrusage` also counts what the process held before it started it.
    """
    status = Path("/proc/self/status")
    if status.exists() and (line := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(line[1]) / 2**10
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest / 2**20 if sys.platform == "darwin" else highest / 2**10
