"""`errata fetch`: the images of a data set of the catalogue."""

from typing import Annotated

import typer

from app.terminal import tell
from curation.workspace.folders import Workspace, data_root


def fetch(name: Annotated[str, typer.Argument(metavar="NAME", help="a data set of datasets.yaml")]) -> None:
    """Get the images of a data set, or say where to get them."""
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.datasets.fetch import fetch as fetch_images
    from curation.datasets.finding import find_dataset

    with stage_display() as show:
        spec = find_dataset(name, Workspace.from_environment())
        folder = fetch_images(spec, data_root(), lambda done, total: show("fetch", done, total))
    record(spec.name, outputs={"folder": folder})
    tell(f"{name} is in {folder}")
