"""`errata predict` and `errata draw`: what trained models say of images, and where they look."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset, comma_separated, print_written
from app.terminal import tell
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.training.file_results import FileResult


def predict(
    name: DatasetName,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="image files, anywhere")],
    csv: Annotated[
        Path | None, typer.Option(help="write a line for each image and model here, not to the screen")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="write everything here, with the nearest training images")] = None,
    cams: Annotated[Path | None, typer.Option(help="folder for Grad-CAM maps of the first class of each model")] = None,
    top: Annotated[int, typer.Option(help="how many classes of each model", min=1, max=1000)] = 5,
) -> None:
    """Ask every trained model of a data set about images. Also says when none of the classes fits."""
    if not any(path.is_file() for path in files):  # before anything heavy is loaded
        raise ErrataError(f"there is no file {files[0]}; give at least one image that exists")
    workspace, dataset = audited_dataset(name)
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.training.file_results import write_predictions, write_predictions_csv
    from curation.training.predict import predict_images

    with stage_display() as show:
        results = predict_images(workspace, dataset, files, top, cams, show)
    if json:
        write_predictions(results, dataset, json)
    if csv:
        write_predictions_csv(results, csv)
    record(dataset, outputs=print_written({"csv": csv, "json": json}) | ({"cams": cams} if cams else {}))
    if not (csv or json):
        for result in results:
            _print_result(result)
    if all(result.problem for result in results):  # each problem is printed or written above
        raise ErrataError("none of these files is an image that can be read; give at least one that is")


def _print_result(result: "FileResult") -> None:
    """Print the opinion of each model on an image, and the most similar training images."""
    tell(result.file)
    if result.problem:
        tell(f"  {result.problem}")
    if result.fits_none:
        tell(f"  most likely none of these classes ({result.none_of_these:.2f}); the classes share what is left")
    elif result.score_missing:
        tell(f"  whether any class fits is not known: {result.score_missing}")
    for copy in result.known:
        same = "this picture is" if copy.exact else "a near copy is"
        tell(f"  {same} {copy.image_id}, labelled {copy.label}; {copy.verdict or 'not judged yet'}")
    for opinion in result.opinions:
        shares = ", ".join(f"{label} {share:.1%}" for label, share in result.shares(opinion))
        tell(f"  {opinion.model} on {opinion.version}, {opinion.about}: {shares}")
    if result.nearest:
        tell(f"  most like {', '.join(f'{near.image_id} ({near.label})' for near in result.nearest[:3])}")


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
