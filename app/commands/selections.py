"""`errata selections`: the named selections of images."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset
from app.commands.listing import Json, minute, print_json, print_list
from app.terminal import tell
from curation.words import counted
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def selections(
    name: DatasetName,
    show: Annotated[str, typer.Option(help="list the images of this selection")] = "",
    add: Annotated[str, typer.Option(help="keep the images of --images under this name")] = "",
    images: Annotated[Path | None, typer.Option(help="with --add: a file with an image_id on each line")] = None,
    view: Annotated[str, typer.Option(help="save this selection as a view in FiftyOne")] = "",
    remove: Annotated[str, typer.Option(help="forget this selection; decisions made with it stay")] = "",
    as_json: Json = False,
) -> None:
    """List the named selections of a data set. The app's map makes them, the review takes them as a queue."""
    if sum(map(bool, (show, add, view, remove))) > 1:
        raise ErrataError("--show, --add, --view and --remove exclude each other; give one of them")
    if bool(add) != (images is not None):
        raise ErrataError("--add NAME needs --images FILE, and the other way round; give both")
    from curation.review.selections import load_selection, remove_selection

    workspace, dataset = _finished_audit(name)
    if show:
        image_ids = load_selection(workspace, dataset, show).image_ids
        if as_json:
            print_json(image_ids)
        else:
            tell("\n".join(image_ids))  # as --images takes them, hence without a header
    elif images is not None:
        kept = _add(workspace, dataset, add, images)
        tell(f"selection {add} of {dataset} holds {counted(kept, 'image')}")
    elif view:
        from curation.in_fiftyone.selection_view import save_selection_view

        saved = save_selection_view(workspace, dataset, view)
        tell(f"view {saved} is saved; errata review {name} opens FiftyOne")
    elif remove:
        remove_selection(workspace, dataset, remove)
        tell(f"selection {remove} of {dataset} is forgotten")
    else:
        _print_list(workspace, dataset, as_json)


def _finished_audit(name: str) -> tuple[Workspace, str]:
    """Return the workspace, and the name under which the data set was audited.

    Raises:
        ErrataError: it was not audited.
    """
    from curation.workspace.names import check_audited

    workspace, dataset = audited_dataset(name)
    check_audited(workspace, dataset)
    return workspace, dataset


def _add(workspace: Workspace, dataset: str, name: str, images: Path) -> int:
    """Keep the images that a file lists, and return how many there are."""
    from curation.images.checked_rows import CheckedRows
    from curation.review.selections import save_selection
    from curation.workspace.names import audit_folder

    try:
        text = images.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ErrataError(f"{images} is not UTF-8; give a text file with an image_id a line") from error
    image_ids = [line.strip() for line in text.splitlines() if line.strip()]
    known = set(CheckedRows.load(audit_folder(workspace, dataset)).rows.image_ids.tolist())
    if strange := [image_id for image_id in image_ids if image_id not in known]:
        raise ErrataError(
            f"{images} names {strange[0]!r}, which is not an image of {dataset}; see `errata issues {dataset}`"
        )
    return len(save_selection(workspace, dataset, name, image_ids, f"file {images.name}").image_ids)


def _print_list(workspace: Workspace, dataset: str, as_json: bool) -> None:
    from curation.review.selections import load_selection, selection_names

    names = selection_names(workspace, dataset)
    if not names and not as_json:
        tell(f"{dataset} has no selections; draw one on the map of the app, or list images with --add")
        return
    kept = [load_selection(workspace, dataset, name) for name in names]
    rows = [
        {
            "selection": selection.name,
            "images": len(selection.image_ids),
            "made_from": selection.made_from,
            "created": selection.created,
        }
        for selection in kept
    ]
    print_list(("selection", "images", "made_from", "created"), rows, as_json, {"created": minute})
