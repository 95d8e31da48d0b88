"""The files of a run's report: report.json with all numbers, report.html to read, two pictures to show."""

from collections.abc import Sequence
from pathlib import Path

from curation.datasets.rows import Rows
from curation.reports.frame import style_sheet
from curation.reports.pictures import PICTURE_PX, small_picture
from curation.reports.training.figures import run_figures
from curation.reports.training.page import run_page
from curation.reports.training.svg import confusion_svg, curves_svg
from curation.results.trained import load_seeds
from models.files.atomic import write_json, write_text

STYLES = (
    Path(__file__).parents[1] / "style.css",
    Path(__file__).with_name("style.css"),
)


def write_run_report(run_folders: Sequence[Path], output: Path, rows: Rows | None = None) -> None:
    """Write the report of one trained run, or of the seeds of one recipe; also while they are under way.

    `output` gets report.json and report.html, one file that makes no request and runs no script; during a training, a
    browser reads it again every 10 s. It also gets curves.svg once an epoch is finished, and confusion.svg once a run
    is finished, of the test images, else of the validation images. Each file is whole or absent.

    Args:
        run_folders: one, or one for each seed of a recipe.
        output: a folder, made if it does not exist.
        rows: the images with the labels the runs were judged by; None = the surest errors are not shown.

    Raises:
        ErrataError: a folder holds no run, the runs are no seeds of one recipe, a file is damaged, or `output` cannot
            be written.
    """
    figures, paths = run_figures(load_seeds(run_folders), rows), rows.paths if rows else []
    write_json(output / "report.json", figures)
    for name, picture in (("curves.svg", curves_svg(figures)), ("confusion.svg", confusion_svg(figures))):
        if picture:
            write_text(output / name, picture)
    page = run_page(figures, style_sheet(*STYLES), lambda row: small_picture(paths[row], PICTURE_PX))
    write_text(output / "report.html", page)
