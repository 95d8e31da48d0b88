"""The `errata` command: its subcommands in the order of the help, and a sentence for an error that a person can fix."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from app.commands import (
    audit,
    compare,
    decisions,
    doctor,
    fetch,
    issues,
    predict,
    queue,
    report,
    review,
    runs,
    selections,
    serve,
    train,
    versions,
)
from app.commands.arguments import full_disk, unusable_file, usage
from app.terminal import INTERRUPTED, STOPPED, make_writable, tell
from models.errors import ErrataError

COMMANDS: tuple[Callable[..., None], ...] = (  # named as the function
    audit.audit,
    issues.issues,
    review.review,
    review.sync,
    predict.draw,
    review.rebuild,
    fetch.fetch,
    serve.serve,
    review.stop,
    runs.cancel,
    runs.runs,
    runs.clean,
    doctor.doctor,
    train.train,
    train.architectures,
    train.recipes,
    decisions.decisions,
    versions.split,
    versions.splits,
    versions.diff,
    versions.sheet,
    versions.apply,
    versions.export,
    selections.selections,
    compare.compare,
    compare.check,
    queue.queue,
    predict.predict,
    report.report,
)

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing what draws the boxes would take three times as long as all the rest
)
for command in COMMANDS:
    cli.command(context_settings=queue.SETTINGS if command is queue.queue else None)(command)


@cli.callback(invoke_without_command=True)
def errata(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    """Find the wrong labels in an image data set.

    NAME is a data set: a folder of images, a table of labels, or a name of
    datasets.yaml. Start with `errata audit NAME`, then `errata issues NAME`
    and `errata serve --name NAME`; `errata COMMAND --help` tells the rest.

    ERRATA_HOME is the folder of all that Errata writes (./workspace),
    ERRATA_DATA where data sets are looked for by name (./data).
    """
    if version:
        from importlib.metadata import version as installed_version

        tell(f"errata {installed_version('errata-vision')}")
        raise typer.Exit


def main() -> None:
    """Run the command; an error that a person can fix is one sentence and exit code 2."""
    make_writable()
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    _finish_undisturbed()
    if code == INTERRUPTED:
        tell(STOPPED, err=True)
    sys.exit(code)  # None: all went well


def _run() -> int | None:
    try:
        code: int | None = cli(sys.argv[1:] or ["--help"], prog_name="errata", standalone_mode=False)
    except ErrataError as error:
        return _fail(str(error))
    except typer.TyperException as error:  # an unknown command or option, a value of the wrong kind
        return _fail(usage(error))
    except OSError as error:
        return _fail(unusable_file(error))
    except Exception as error:
        if not (sentence := full_disk(error)):
            raise
        return _fail(sentence)
    return code


def _finish_undisturbed() -> None:
    """Let Ctrl-C do nothing from here on: the work is done, and Python would show a traceback and exit with 0."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _fail(sentence: str) -> int:
    """Show one line, keep the traceback for the log, and return the exit code."""
    import logging  # here, so that commands that go well need not load it

    logging.getLogger("errata").debug("", exc_info=True)
    tell(f"errata: {' '.join(sentence.split())}", err=True, fg="red")
    return 2


if __name__ == "__main__":
    main()
