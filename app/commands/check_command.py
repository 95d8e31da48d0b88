"""`errata check`."""

from collections.abc import Sequence

import typer

from curation.comparison.gate import ALL, Outcome, check_accuracy, check_errors, check_leaks, parse_share
from curation.datasets.rows import SPLITS
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown


def check(
    workspace: Workspace,
    name: str,
    version: str,
    max_errors: str,
    no_leaks: bool,
    min_accuracy: str,
    runs: Sequence[str],
    split: str,
) -> int:
    """Print a line for each condition; return 0 if all hold, else 1."""
    if not (max_errors or no_leaks or min_accuracy):
        raise ErrataError("name a condition to check: --max-errors 2%, --no-leaks or --min-accuracy 85%")
    if split not in (*SPLITS, ALL):
        raise unknown("split", split, (*SPLITS, ALL))
    most = parse_share("--max-errors", max_errors) if max_errors else None
    least = parse_share("--min-accuracy", min_accuracy) if min_accuracy else None
    outcomes: list[Outcome] = []
    if most is not None:
        outcomes.append(check_errors(workspace, name, version, most, split))
    if no_leaks:
        outcomes.append(check_leaks(workspace, name, version))
    if least is not None:
        outcomes += check_accuracy(workspace, name, version, least, runs)
    for one in outcomes:
        mark = typer.style("ok    ", fg="green") if one.holds else typer.style("FAILED", fg="red")
        typer.echo(f"{mark}  {name} {version}: {one.text}")
    return 0 if all(one.holds for one in outcomes) else 1
