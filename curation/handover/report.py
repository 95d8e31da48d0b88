"""The job behind `errata report`: everything about a data set on one page and as JSON."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from curation.comparison.board import Board
from curation.comparison.pages.image_rows import Pictures
from curation.comparison.pages.write import STYLES, drawn_pictures
from curation.handover.report_figures import share_figures
from curation.handover.report_page import share_page
from curation.reports.frame import style_sheet
from curation.reports.pictures import TWIN_PX, small_picture, suspect_pictures
from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audited_labels
from models.errors import ErrataError
from models.files.atomic import write_json, write_text


def write_share_report(
    workspace: Workspace, name: str, html: Path | None, json: Path | None, on_stage: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Write the report and return its figures.

    Args:
        workspace: holds the audit, decisions, versions and runs.
        name: of the audited data set; the audit of a version is refused.
        html: the page; it makes no request and runs no script.
        json: the figures.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: the data set was not audited, a file is damaged, or the report cannot be written.
    """
    audit = load_audit(workspace, name)
    if (version := audited_labels(workspace, name)) != ORIGINAL:
        base = name.removesuffix(f"-{version}")
        raise ErrataError(f"{name!r} is the audit of version {version}; report on {base!r}, which has all versions")
    on_stage("figures", 0, 1)
    figures, board = share_figures(workspace, audit)
    on_stage("figures", 1, 1)
    if html:
        on_stage("page", 0, 1)
        write_text(html, _page(audit, figures, board))
        on_stage("page", 1, 1)
    if json:
        write_json(json, figures)
    return figures


def _page(audit: Audit, figures: dict[str, Any], board: Board | None) -> str:
    paths = audit.rows.paths
    return share_page(
        figures,
        style_sheet(*STYLES),
        partial(suspect_pictures, audit),
        lambda row: small_picture(paths[row], TWIN_PX),
        drawn_pictures(board, figures["comparison"]) if board else Pictures(),
    )
