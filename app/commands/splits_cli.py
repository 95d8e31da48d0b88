"""The arguments and options of `errata split`, `splits`, `diff`, `sheet`, `apply` and `export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import Name, Seed, Version

if TYPE_CHECKING:
    from curation.workspace.folders import Workspace

splits = typer.Typer()
_FILES = "copy, hardlink or symlink (which Errata itself does not follow out of a data set)"


@splits.command()
def split(
    name: Name,
    version: Annotated[str, typer.Option(help="name of the new version, as v1; never overwritten")],
    parent: Annotated[str, typer.Option(help="version whose splits it takes over")] = "original",
    remake: Annotated[str, typer.Option(help="train=.8,val=.1,test=.1: splits anew; keep: the parent's")] = "keep",
    seed: Seed = 0,
    drop_leaks: Annotated[
        bool, typer.Option("--drop-leaks", help="leave out train images with a twin in test")
    ] = False,
    auto_accept: Annotated[
        float | None,
        typer.Option(help="a label_quality: labels below it take the suggested one, unseen; never in test"),
    ] = None,
    accept_in: Annotated[str, typer.Option(help="splits in which --auto-accept may")] = "train,val",
    reviewer: Annotated[str, typer.Option(help="who makes this version; the user by default")] = "",
) -> None:
    """Make a curated split from the decisions there are. Immutable, with a hash of its content."""
    from app.commands.versions import split as run
    from curation.versions.request import VersionRequest
    from curation.versions.shares import parse_shares

    where = tuple(one.strip() for one in accept_in.split(",") if one.strip())
    request = VersionRequest(version, parent, parse_shares(remake), seed, drop_leaks, auto_accept, where, reviewer)
    run(*_audited(name), request.checked())


@splits.command(name="splits")
def show_splits(name: Name) -> None:
    """List the versions of a data set. Images, changed labels, parent, hash, who made them."""
    from app.commands.versions import show

    show(*_audited(name))


@splits.command()
def diff(
    name: Name,
    old: Annotated[str, typer.Argument(help="a version, or original")],
    new: Annotated[str, typer.Argument(help="a version, or original")],
    csv: Annotated[Path | None, typer.Option(help="write all changes here instead of to the screen")] = None,
) -> None:
    """List what two versions do not have in common. Labels, splits and membership."""
    from app.commands.versions import diff as run

    run(*_audited(name), old, new, csv)


@splits.command()
def sheet(
    name: Name,
    version: Version,
    html: Annotated[Path | None, typer.Option(help="a page with pictures, grouped by classes")] = None,
    csv: Annotated[Path | None, typer.Option(help="a line an image")] = None,
    json: Annotated[Path | None, typer.Option(help="what others give to `errata apply`")] = None,
) -> None:
    """Write the errata sheet of a version. What people found wrong in the labels as given."""
    from app.commands.versions import sheet as run

    run(*_audited(name), version, html, csv, json)


@splits.command(name="apply")
def apply_sheet(
    sheet: Annotated[Path, typer.Argument(help="the JSON of an errata sheet")],
    folder: Annotated[Path, typer.Argument(help="an image folder, or a CSV filepath,label[,split]; never changed")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
    output: Annotated[Path | None, typer.Option(help="write a corrected image folder here; empty or absent")] = None,
    csv: Annotated[Path | None, typer.Option(help="write the corrected labels here")] = None,
    files: Annotated[str, typer.Option(help="copy or hardlink, into --output")] = "copy",
) -> None:
    """Correct a copy of a data set by an errata sheet. Images are found by content, wherever they lie."""
    from app.commands.versions import apply as run

    run(sheet, folder, dry_run, output, csv, files)


@splits.command()
def export(
    name: Name,
    version: Version,
    kind: Annotated[str, typer.Option("--format", help="imagefolder, csv, fiftyone or huggingface")] = "imagefolder",
    output: Annotated[
        Path | None, typer.Option(help="empty or absent folder; in the workspace's exports by default")
    ] = None,
    files: Annotated[str, typer.Option(help=_FILES)] = "copy",
) -> None:
    """Write a version as a data set of its own. Every file is verified against its hash."""
    from app.commands.versions import export as run

    run(*_audited(name), version, kind, output, files)


def _audited(name: str) -> "tuple[Workspace, str]":
    """Return the workspace and the name under which the data set was audited."""
    from curation.datasets.opening import audited_name
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    return workspace, audited_name(name, workspace)
