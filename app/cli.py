"""The `errata` command: its subcommands in the order of the help, and a sentence for an error that a person can fix."""

import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from app.commands import (
    audit,
    compare,
    decisions,
    doctor,
    draw,
    fetch,
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
from app.commands.arguments import unusable_file, usage
from models.errors import ErrataError

INTERRUPTED = 130  # the exit code of Ctrl-C

COMMANDS: tuple[Callable[..., None], ...] = (  # named as the function
    audit.audit,
    audit.issues,
    review.review,
    review.sync,
    draw.draw,
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
    """Find the wrong labels in an image data set."""
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"errata {installed_version('errata-vision')}")
        raise typer.Exit


def main() -> None:
    """Run the command; an error that a person can fix is one sentence and exit code 2."""
    try:
        code = cli(sys.argv[1:] or ["--help"], prog_name="errata", standalone_mode=False)
    except ErrataError as error:
        _fail(str(error))
    except typer.TyperException as error:  # an unknown command or option, a value of the wrong kind
        _fail(usage(error))
    except OSError as error:
        _fail(unusable_file(error))
    if code == INTERRUPTED:
        typer.secho("errata: stopped; run the same command again; it continues where it stopped", err=True)
    sys.exit(code)  # None: all went well


def _fail(sentence: str) -> NoReturn:
    """Show one line, keep the traceback for the log, and exit with 2."""
    import logging  # here, so that commands that go well need not load it

    logging.getLogger("errata").debug("", exc_info=True)
    typer.secho(f"errata: {' '.join(sentence.split())}", err=True, fg="red")
    sys.exit(2)


if __name__ == "__main__":
    main()
