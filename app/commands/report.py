"""`errata report`."""

from pathlib import Path

import typer

from app.commands.progress import stage_display
from curation.handover.report import write_share_report
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def report(workspace: Workspace, name: str, html: Path | None, json: Path | None) -> None:
    """Write the report of everything and say what is in it.

    Raises:
        ErrataError: neither file is named, or the data set was not audited.
    """
    if not html and not json:
        raise ErrataError("name a file for the report: --html FILE, --json FILE or both")
    with stage_display() as show:
        figures = write_share_report(workspace, name, html, json, show)
    compared = len(figures["comparison"]["contestants"]) if figures["comparison"] else 0
    typer.echo(
        f"{name}: {figures['audit']['images']:,} images, {figures['decisions']['images']:,} judged, "
        f"{len(figures['versions']) - 1} curated versions, {len(figures['trainings'])} trainings, {compared} compared"
    )
    for path in filter(None, (html, json)):
        typer.echo(f"written: {path}")
