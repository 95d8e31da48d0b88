"""`errata draw`: Grad-CAM maps of images."""

from typing import Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset, comma_separated
from app.terminal import tell
from models.errors import ErrataError


def draw(
    name: DatasetName,
    images: Annotated[list[str], typer.Argument(metavar="IMAGE", help="image_ids, as `errata issues` lists them")],
    runs: Annotated[
        str, typer.Option(help="trained runs, by commas; by default the networks of the audit", show_default=False)
    ] = "",
    label: Annotated[
        str,
        typer.Option(help="with --runs: the class to look for; by default the one predicted", show_default=False),
    ] = "",
) -> None:
    """Draw the Grad-CAM maps of images. For the given and the suggested class, or for what trained runs predict."""
    workspace, dataset = audited_dataset(name)
    from app.jobs.result import record

    if runs:
        from curation.comparison.pages.job import draw_run_maps

        paths = draw_run_maps(workspace, dataset, images, comma_separated(runs), label)
    elif label:
        raise ErrataError("--label goes with --runs; the audit's maps are of the given and the suggested class")
    else:
        from curation.training.cam_drawing import draw_image

        paths = [path for image in images for path in draw_image(workspace, dataset, image)]
    record(dataset, outputs={path.name: path for path in paths})
    for path in paths:
        tell(path)
