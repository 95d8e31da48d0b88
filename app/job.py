"""An `errata` command whose state is kept in a folder of its own: `python -m app.job FOLDER ARGUMENTS…`.

Trainings, exports and predictions write many folders or none; this one tells how the command as a whole stands.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from app.cli import INTERRUPTED, cli
from models.errors import ErrataError
from models.files.runs import computing


def run_job(folder: Path, arguments: Sequence[str]) -> int:
    """Run the command in this process and return its exit code; the folder's status.json says how it went."""
    try:
        with computing(folder, {"arguments": list(arguments)}):
            try:
                code = cli(list(arguments), prog_name="errata", standalone_mode=False)
            except typer.TyperException as error:
                raise ErrataError(error.format_message() if hasattr(error, "format_message") else str(error)) from error
            except OSError as error:
                what, why = error.filename or "a file", error.strerror or error
                raise ErrataError(f"cannot use {what}: {why}; mend that and run it again") from error
            if code == INTERRUPTED:
                raise KeyboardInterrupt
            if code:
                raise ErrataError(f"the command ended with code {code}; its log says why")
    except ErrataError as error:
        logging.getLogger("errata").debug("", exc_info=True)
        typer.echo(f"errata: {' '.join(str(error).split())}", err=True)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(run_job(Path(sys.argv[1]), sys.argv[2:]))
