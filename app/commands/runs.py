"""`errata runs`, `errata cancel` and `errata clean`: the run folders of the workspace."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import audited_dataset
from app.commands.listing import Json, minute, print_list
from app.terminal import tell
from curation.words import counted, file_size
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown

if TYPE_CHECKING:
    from curation.workspace.cleaning import Leftover


def runs(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="a data set, by its name or path; by default all", show_default=False),
    ] = "",
    as_json: Json = False,
) -> None:
    """List the run folders. Name, state, when they changed, size on disk."""
    from curation.workspace.run_folders import listed_runs

    workspace, dataset = audited_dataset(name) if name else (Workspace.from_environment(), "")
    folders = listed_runs(workspace, dataset)
    if not folders and not as_json:
        tell(f"no runs{f' of {dataset}' if dataset else ''} in {workspace.runs}")
        return
    rows = [
        {
            "run": folder.path.name,
            "dataset": folder.dataset,
            "state": folder.state,
            "changed": datetime.fromtimestamp(folder.updated).astimezone().isoformat(timespec="seconds"),
            "size": folder.size_bytes,
        }
        for folder in folders
    ]
    total = f"{counted(len(folders), 'run')}, {file_size(sum(folder.size_bytes for folder in folders))}"
    print_list(("run", "state", "changed", "size"), rows, as_json, {"size": file_size, "changed": minute}, total)


def cancel(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="a data set, to end its audit, or a run as `errata runs` lists it")
    ],
) -> None:
    """End the running audit of a data set, or a run. What it finished is kept."""
    from models.files.runs import cancel as end_run

    workspace = Workspace.from_environment()
    started = sorted(path.parent.name for path in workspace.runs.glob("*/status.json"))
    if name in started:
        folder, title = workspace.runs / name, f"run {name}"
    else:
        folder, title = _audit_of(workspace, name, started)
    tell(f"cancelled the {title}" if end_run(folder) else f"no {title} is running")


def _audit_of(workspace: Workspace, name: str, started: list[str]) -> tuple[Path, str]:
    """Return the run folder of a data set's audit, and what people call it."""
    from curation.datasets.catalog import load_catalog
    from curation.datasets.opening import audited_name
    from curation.workspace.names import audit_folder, audited

    try:
        dataset = audited_name(name, workspace)
    except ErrataError:
        raise unknown("data set or run", name, {*load_catalog(), *audited(workspace), *started}) from None
    return audit_folder(workspace, dataset), f"audit of {dataset}"


def clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be removed")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Remove files that nothing uses. Models, caches, half-written files; never decisions, versions or data."""
    from curation.workspace.cleaning import find_leftovers, remove

    workspace = Workspace.from_environment()
    leftovers = find_leftovers(workspace)
    if not leftovers:
        tell("nothing to remove: everything is referred to")
        return
    for leftover in leftovers:
        path = leftover.path.relative_to(workspace.root)
        tell(f"{file_size(leftover.size_bytes):>9}  {path}  ({leftover.why})")
    total = file_size(sum(leftover.size_bytes for leftover in leftovers))
    if dry_run:
        tell(f"{total} could be freed; nothing was removed")
    elif yes or _confirmed(leftovers, total):
        tell(f"removed; {file_size(remove(workspace, leftovers))} are free again")
    else:
        tell("nothing was removed")


def _confirmed(leftovers: "list[Leftover]", total: str) -> bool:
    if not sys.stdin.isatty():
        tell("not asked, since this is not a terminal: give --yes to remove this")
        return False
    return typer.confirm(f"Remove {'this' if len(leftovers) == 1 else f'these {len(leftovers)}'} and free {total}?")
