"""The arguments and options of `errata compare` and `errata check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import Name, Version

if TYPE_CHECKING:
    from curation.workspace.folders import Workspace

comparing = typer.Typer()
_RUNS = "by commas: runs, recipes or architectures as `errata runs` and `errata recipes` list them; all finished ones"


@comparing.command()
def compare(
    name: Name,
    runs: Annotated[str, typer.Option(help=_RUNS, show_default=False)] = "",
    versions: Annotated[
        str,
        typer.Option(help="by commas: labels to test on; original and the newest curated split", show_default=False),
    ] = "",
    html: Annotated[Path | None, typer.Option(help="write a page to read and share here")] = None,
    json: Annotated[Path | None, typer.Option(help="write every number here")] = None,
) -> None:
    """Hold trained networks against each other. On the labels as given and as curated, with paired tests."""
    from app.commands.compare import compare as run

    run(*_audited(name), _listed(runs), _listed(versions), html, json)


@comparing.command()
def check(
    name: Name,
    max_errors: Annotated[
        str, typer.Option(help="share of wrong labels that may be left, as 2% or 0.02", show_default=False)
    ] = "",
    no_leaks: Annotated[bool, typer.Option("--no-leaks", help="no image of train with a twin in val or test")] = False,
    min_accuracy: Annotated[
        str, typer.Option(help="on the test images, as 85% or 0.85, of every network in --runs", show_default=False)
    ] = "",
    version: Version = "original",
    runs: Annotated[
        str, typer.Option(help="by commas: runs, recipes or architectures; the most accurate one", show_default=False)
    ] = "",
    split: Annotated[str, typer.Option(help="whose labels --max-errors is about: train, val, test or all")] = "all",
) -> None:
    """Check a data set and its networks, for CI. Exit code 0: all conditions hold, 1: one fails, 2: bad input."""
    from app.commands.check_command import check as run

    raise typer.Exit(run(*_audited(name), version, max_errors, no_leaks, min_accuracy, _listed(runs), split))


def _listed(names: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in names.split(",") if one.strip())


def _audited(name: str) -> "tuple[Workspace, str]":
    """Return the workspace and the name under which the data set is audited."""
    from curation.datasets.opening import audited_name
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    return workspace, audited_name(name, workspace)
