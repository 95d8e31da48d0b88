"""The arguments and options of `errata predict`."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import Name

predict = typer.Typer()


@predict.command(name="predict")
def predict_files(
    name: Name,
    files: Annotated[list[Path], typer.Argument(help="images, of any place")],
    csv: Annotated[Path | None, typer.Option(help="a line an image and model")] = None,
    json: Annotated[Path | None, typer.Option(help="everything, with the nearest training images")] = None,
    cams: Annotated[Path | None, typer.Option(help="folder for Grad-CAM maps of each model's first class")] = None,
    top: Annotated[int, typer.Option(help="classes of each model", min=1, max=1000)] = 5,
) -> None:
    """Ask every trained model of a data set about images. Says too where none of the classes fits."""
    from app.commands.predict import predict as run
    from curation.datasets.opening import audited_name
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    run(workspace, audited_name(name, workspace), files, csv, json, cams, top)
