"""The report of an audit: report.json with every number, report.html to read, print or mail."""

from functools import partial
from pathlib import Path
from typing import Any

from curation.datasets.catalog import DatasetSpec
from curation.reports.audit.figures import report_figures
from curation.reports.audit.page import report_page
from curation.reports.frame import style_sheet
from curation.reports.pictures import TWIN_PX, small_picture, suspect_pictures
from curation.results.audit import Audit
from models.files.atomic import write_json, write_text
from models.files.unfinished import sweep

_STYLE = Path(__file__).parents[1] / "style.css"


def write_report(audit: Audit, spec: DatasetSpec, folder: Path, wrong: dict[str, Any]) -> None:
    """Write `folder/report.json` and `folder/report.html`, each whole or not at all.

    The page is one file that makes no request and runs no script; its figures are those of report.json.

    Args:
        audit: the results.
        spec: the data set, for its title and licence.
        folder: made if it is not there.
        wrong: the estimated number of wrong labels, as for `report_figures`.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    figures = report_figures(audit, spec.title, spec.licence, wrong)
    sweep(folder)  # what killed audits left
    write_json(folder / "report.json", figures)
    style = style_sheet(_STYLE)
    page = report_page(figures, style, partial(suspect_pictures, audit), partial(_twin, audit))
    write_text(folder / "report.html", page)


def _twin(audit: Audit, row: int) -> str | None:
    return small_picture(audit.rows.path(row), TWIN_PX)
