"""An `errata` command as a job: `python -m app.job FOLDER ARGUMENTS…`.

The folder tells where the command stands (status.json) and what it did (result.json). An audit, a comparison and a
drawing write the status of their run folder themselves; trainings, exports and predictions write many folders or none.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from app.cli import cli
from app.commands.arguments import unusable_file, usage
from app.jobs.process import KEEP_STATUS
from app.jobs.result import recording
from app.terminal import INTERRUPTED, tell
from models.errors import ErrataError
from models.files.runs import computing


def run_job(folder: Path, arguments: Sequence[str]) -> int:
    """Run the command in this process and return its exit code; files in the folder say how it went."""
    try:
        with _job(folder, arguments):
            _run(arguments)
    except ErrataError as error:
        logging.getLogger("errata").debug("", exc_info=True)
        tell(f"errata: {' '.join(str(error).split())}", err=True)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


@contextmanager
def _job(folder: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Write the result of the command during the block, and its status where it does not do so itself."""
    if arguments[0] in KEEP_STATUS:
        with recording(folder, arguments[0]):
            yield
        return
    with computing(folder, {"arguments": list(arguments)}) as run, recording(folder, arguments[0], run.report):
        yield


def _run(arguments: Sequence[str]) -> None:
    """Run the command.

    Raises:
        ErrataError: why it failed.
        KeyboardInterrupt: it was cancelled.
    """
    try:
        code = cli(list(arguments), prog_name="errata", standalone_mode=False)
    except typer.TyperException as error:
        raise ErrataError(usage(error)) from error
    except OSError as error:
        raise ErrataError(unusable_file(error)) from error
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise ErrataError(f"the command ended with code {code}; its log says why")


if __name__ == "__main__":
    sys.exit(run_job(Path(sys.argv[1]), sys.argv[2:]))
