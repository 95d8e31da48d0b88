"""`errata runs` and `errata clean`."""

import sys
from datetime import datetime

import typer

from curation.workspace.cleaning import Leftover, find_leftovers, remove
from curation.workspace.folders import Workspace
from curation.workspace.run_folders import run_folders


def runs(workspace: Workspace, dataset: str) -> None:
    """Print a line for each run folder, of one data set or of all: name, state, when it changed, size on disk."""
    found = [folder for folder in run_folders(workspace) if dataset in ("", folder.dataset)]
    if not found:
        typer.echo(f"no runs{f' of {dataset}' if dataset else ''} in {workspace.runs}")
        return
    width = max(len(folder.path.name) for folder in found)
    typer.echo(f"{'run':<{width}}  {'state':<11}  {'changed':<16}  {'size':>9}")
    for folder in found:
        when = datetime.fromtimestamp(folder.updated).strftime("%Y-%m-%d %H:%M")  # in the person's own time
        typer.echo(f"{folder.path.name:<{width}}  {folder.state:<11}  {when}  {readable(folder.size_bytes):>9}")
    typer.echo(f"{len(found)} runs, {readable(sum(folder.size_bytes for folder in found))}")


def clean(workspace: Workspace, dry_run: bool, yes: bool) -> None:
    """Name what nothing refers to any more, and remove it once that is confirmed."""
    found = find_leftovers(workspace)
    if not found:
        typer.echo("nothing to remove: everything is referred to")
        return
    for leftover in found:
        where = leftover.path.relative_to(workspace.root)
        typer.echo(f"{readable(leftover.size_bytes):>9}  {where}  ({leftover.why})")
    total = readable(sum(leftover.size_bytes for leftover in found))
    if dry_run:
        typer.echo(f"{total} could be freed; nothing was removed")
    elif yes or _confirmed(found, total):
        typer.echo(f"removed; {readable(remove(workspace, found))} are free again")
    else:
        typer.echo("nothing was removed")


def _confirmed(found: list[Leftover], total: str) -> bool:
    if not sys.stdin.isatty():
        typer.echo("not asked, since this is no terminal: give --yes to remove this")
        return False
    return typer.confirm(f"Remove {'this' if len(found) == 1 else f'these {len(found)}'} and free {total}?")


def readable(size_bytes: int) -> str:
    """Return a size in the unit that suits it."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
