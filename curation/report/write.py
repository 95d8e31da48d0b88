"""The report of an audit: report.json with every number, report.html to read, print or mail."""

from functools import partial
from pathlib import Path

from curation.catalog import DatasetSpec
from curation.report.figures import report_figures
from curation.report.page import report_page
from curation.report.pictures import TWIN_PX, small_picture, suspect_pictures
from curation.results import Audit
from models.files import write_json, write_text

_STYLE = Path(__file__).with_name("report.css")


def write_report(audit: Audit, spec: DatasetSpec, folder: Path) -> None:
    """Write `folder/report.json` and `folder/report.html`, each whole or not at all.

    The page is one file that makes no request and runs no script; its figures are those of report.json.

    Args:
        audit: what was found.
        spec: the data set, for its title and licence.
        folder: made if it is not there.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    figures, paths = report_figures(audit, spec), audit.rows.paths
    write_json(folder / "report.json", figures)
    style = _STYLE.read_text(encoding="utf-8")
    page = report_page(figures, style, partial(suspect_pictures, audit), lambda row: small_picture(paths[row], TWIN_PX))
    write_text(folder / "report.html", page)
