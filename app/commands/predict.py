"""`errata predict`."""

from collections.abc import Sequence
from pathlib import Path

import typer

from app.commands.progress import stage_display
from curation.training.predict import FileResult, predict_images, write_results, write_results_csv
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def predict(
    workspace: Workspace,
    name: str,
    files: Sequence[Path],
    csv: Path | None,
    json: Path | None,
    cams: Path | None,
    top: int,
) -> None:
    """Ask every trained model about images; print the answers, or write them to files.

    Raises:
        ErrataError: none of the images can be read (what is wrong with each is printed or written before), or
            what `predict_images` refuses.
    """
    with stage_display() as show:
        results = predict_images(workspace, name, files, top, cams, show)
    if json:
        write_results(results, name, json)
    if csv:
        write_results_csv(results, csv)
    for path in (csv, json):
        if path:
            typer.echo(f"written: {path}")
    if not (csv or json):
        for one in results:
            _print(one)
    if all(one.problem for one in results):
        raise ErrataError("none of these files is an image that can be read; give at least one that is")


def _print(one: FileResult) -> None:
    typer.echo(one.file)
    if one.problem:
        typer.echo(f"  {one.problem}")
    if one.fits_none:
        typer.echo(f"  perhaps none of these classes ({one.none_of_these:.2f})")
    for said in one.opinions:
        shares = ", ".join(f"{label} {share:.1%}" for label, share in said.top)
        typer.echo(f"  {said.model} on {said.version}, {said.about}: {shares}")
    if one.nearest:
        typer.echo(f"  most like {', '.join(f'{near.image_id} ({near.label})' for near in one.nearest[:3])}")
