"""The arguments and options of `errata decisions`."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import Name
from models.errors import ErrataError

decisions = typer.Typer()
_OLDEST = "only from this time on, as 2026-01-31 or 2026-01-31T12:00"


@decisions.command(name="decisions")
def show_decisions(
    name: Name,
    files: Annotated[
        list[Path] | None, typer.Argument(help="with --merge: decision logs of other people", show_default=False)
    ] = None,
    reviewer: Annotated[str, typer.Option(help="only hers or his; with --undo and the like: whose")] = "",
    decision: Annotated[str, typer.Option(help="only keep, relabel, ambiguous, …")] = "",
    split: Annotated[str, typer.Option(help="only train, val or test")] = "",
    image: Annotated[str, typer.Option(help="only this image_id")] = "",
    since: Annotated[str, typer.Option(help=_OLDEST)] = "",
    until: Annotated[str, typer.Option(help="only up to this time; a day counts whole")] = "",
    at: Annotated[str, typer.Option(help="replay to this line of the log, or this time")] = "",
    last: Annotated[int, typer.Option(help="lines on the screen, the newest; 0 = all", min=0)] = 100,
    csv: Annotated[Path | None, typer.Option(help="write all of them here instead of to the screen")] = None,
    json: Annotated[Path | None, typer.Option(help="write all of them here instead of to the screen")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="append what the FILES hold and this log does not")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="take back the latest decision of the --reviewer")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="bring back what the --reviewer undid last")] = False,
    take_back: Annotated[int | None, typer.Option(help="take back the decision of this line, however old")] = None,
    put_back: Annotated[int | None, typer.Option(help="bring back the decision of this line")] = None,
) -> None:
    """List the decisions of reviewers, newest last. Merge the logs of several people, undo and redo."""
    if sum((merge, undo, redo, take_back is not None, put_back is not None)) > 1:
        raise ErrataError("give one of --merge, --undo, --redo, --take-back and --put-back, not several")
    if files and not merge:
        raise ErrataError(f"{files[0]} is one argument too many; to merge decision logs give --merge")
    from app.commands import decisions as command
    from curation.datasets.opening import audited_name
    from curation.decisions.table import Wanted, parse_moment
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    name = audited_name(name, workspace)
    if merge:
        command.merge(workspace, name, files or [])
    elif undo or redo:
        command.step(workspace, name, reviewer, back=undo)
    elif (line := put_back if take_back is None else take_back) is not None:
        command.one(workspace, name, reviewer, line, back=take_back is not None)
    else:
        start, end = parse_moment(since) if since else None, parse_moment(until, day_ends=True) if until else None
        wanted = Wanted(reviewer, decision, split, image, start, end).checked()
        command.show(workspace, name, wanted, at, csv, json, last)
