"""What a job did: `result.json` in its folder, written by the process that does the work as soon as it knows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from curation.workspace.stages import OnStage
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_as

_SCHEMA = 1


@dataclass(frozen=True)
class JobResult:
    """What a job did so far."""

    command: str  # of `errata`
    state: str = "running"  # or finished, failed, cancelled; "running" also where the process was killed
    error: str = ""  # one sentence, of a job that failed
    dataset: str = ""  # the name under which it is audited
    version: str = ""  # of the labels
    summary: str = ""  # one sentence on what came out
    runs: tuple[str, ...] = ()  # names of the run folders of a training, one for each seed
    outputs: dict[str, str] = field(default_factory=dict)  # kind, as "report" or "folder" -> path


def result_file(folder: Path) -> Path:
    """Return where a job's folder keeps its result."""
    return folder / "result.json"


def read_result(folder: Path) -> JobResult | None:
    """Return what a job did so far; None where its process has not written anything.

    Raises:
        ErrataError: the file is damaged, or of another version.
    """
    path = result_file(folder)
    if not path.exists():
        return None
    result = read_as(path, JobResult, "delete it, the job's runs are kept", newest=_SCHEMA)
    for name in result.runs:
        checked_name("run", name)
    return result


class Recorder:
    """Keeps the result of the job that this process is."""

    def __init__(self, folder: Path, command: str, on_stage: OnStage | None):
        self.on_stage = on_stage  # tells the job's status; None where the command tells it itself
        self._path = result_file(folder)
        self._result = JobResult(command)
        self.add()

    def add(self, **facts: Any) -> None:
        """Write the result with more facts, whole or not at all."""
        self._result = replace(self._result, **facts)
        write_json(self._path, {**asdict(self._result), "schema_version": _SCHEMA})


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recording(folder: Path, command: str, on_stage: OnStage | None = None) -> Iterator[None]:
    """Let `record` write into this folder during the block; the end of the block writes how it went.

    Args:
        folder: of the job.
        command: of `errata`.
        on_stage: told (stage, done, total) by commands that keep no status themselves.
    """
    recorder = Recorder(folder, command, on_stage)
    token = _recorder.set(recorder)
    try:
        yield
    except KeyboardInterrupt:
        recorder.add(state="cancelled")
        raise
    except BaseException as error:
        recorder.add(state="failed", error=str(error) or type(error).__name__)
        raise
    finally:
        _recorder.reset(token)
    recorder.add(state="finished")


def record(
    dataset: str,
    version: str = "",
    summary: str = "",
    runs: Sequence[str] = (),
    outputs: Mapping[str, Path] | None = None,
) -> None:
    """Write what a command did, where its process is a job; a command typed in a terminal keeps no result.

    Args:
        dataset: the name under which it is audited.
        version: of the labels.
        summary: one sentence on what came out.
        runs: names of the run folders of a training, one for each seed.
        outputs: what was written: its kind, and where.
    """
    if recorder := _recorder.get():
        recorder.add(
            dataset=dataset,
            version=version,
            summary=summary,
            runs=tuple(runs),
            outputs={kind: str(path) for kind, path in (outputs or {}).items()},
        )


def job_stage() -> OnStage | None:
    """Return what to tell stages to, where this process is a job that keeps no status itself."""
    recorder = _recorder.get()
    return recorder.on_stage if recorder else None
