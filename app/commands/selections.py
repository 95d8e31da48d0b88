"""The arguments and options of `errata selections`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import Name
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.workspace.folders import Workspace

selections = typer.Typer()


@selections.command(name="selections")
def show_selections(
    name: Name,
    show: Annotated[str, typer.Option(help="list the images of this selection")] = "",
    add: Annotated[str, typer.Option(help="keep the images of --images under this name")] = "",
    images: Annotated[Path | None, typer.Option(help="with --add: a file with an image_id a line")] = None,
    view: Annotated[str, typer.Option(help="save this selection as a view in FiftyOne")] = "",
    remove: Annotated[str, typer.Option(help="forget this selection; decisions made with it stay")] = "",
) -> None:
    """List the named selections of a data set. The app's map makes them, the review takes them as a queue."""
    from curation.review.selections import load_selection, remove_selection, selection_names

    if sum(map(bool, (show, add, view, remove))) > 1:
        raise ErrataError("--show, --add, --view and --remove exclude each other; give one of them")
    if bool(add) != (images is not None):
        raise ErrataError("--add NAME needs --images FILE, and the other way round; give both")
    workspace, dataset = _audited(name)
    if show:
        typer.echo("\n".join(load_selection(workspace, dataset, show).image_ids))
    elif images is not None:
        typer.echo(f"selection {add} of {dataset} holds {_images(_add(workspace, dataset, add, images))}")
    elif view:
        from curation.in_fiftyone.selection_view import save_selection_view

        typer.echo(
            f"view {save_selection_view(workspace, dataset, view)} is saved; errata review {name} opens FiftyOne"
        )
    elif remove:
        remove_selection(workspace, dataset, remove)
        typer.echo(f"selection {remove} of {dataset} is forgotten")
    else:
        names = selection_names(workspace, dataset)
        if not names:
            typer.echo(f"{dataset} has no selections; draw one on the map of the app, or list images with --add")
        for one in names:
            own = load_selection(workspace, dataset, one)
            typer.echo(f"{one}  {_images(len(own.image_ids))}  {own.made_from}  {own.created}")


def _images(n: int) -> str:
    return f"{n:,} image{'s' * (n != 1)}"


def _add(workspace: "Workspace", dataset: str, name: str, images: Path) -> int:
    """Keep the images that a file lists, and return how many there are."""
    from curation.images.checked_rows import CheckedRows
    from curation.review.selections import save_selection
    from curation.workspace.names import audit_folder

    try:
        text = images.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ErrataError(f"{images} is not UTF-8; give a text file with an image_id a line") from error
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    known = set(CheckedRows.load(audit_folder(workspace, dataset)).rows.image_ids.tolist())
    if strange := [line for line in lines if line not in known]:
        raise ErrataError(
            f"{images} names {strange[0]!r}, which is no image of {dataset}; see `errata issues {dataset}`"
        )
    return len(save_selection(workspace, dataset, name, lines, f"file {images.name}").image_ids)


def _audited(name: str) -> "tuple[Workspace, str]":
    """Return the workspace and the name under which the data set was audited.

    Raises:
        ErrataError: it was not audited.
    """
    from curation.datasets.opening import audited_name
    from curation.results.audit import load_audit
    from curation.workspace.folders import Workspace
    from curation.workspace.names import audited

    workspace = Workspace.from_environment()
    dataset = audited_name(name, workspace)
    if dataset not in audited(workspace):
        load_audit(workspace, dataset)  # says what to do
    return workspace, dataset
