"""`errata report`: everything known of a data set on one page, and as JSON."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset, print_written
from app.terminal import tell
from curation.words import counted
from models.errors import ErrataError


def report(
    name: DatasetName,
    html: Annotated[Path | None, typer.Option(help="write one page to read and share here")] = None,
    json: Annotated[Path | None, typer.Option(help="write every number of it here")] = None,
) -> None:
    """Write all that is known of a data set. Audit, decisions, versions, trainings, comparison; give a file."""
    workspace, dataset = audited_dataset(name)
    if not html and not json:
        raise ErrataError("name a file for the report: --html FILE, --json FILE or both")
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.handover.report import write_share_report

    with stage_display() as show:
        figures = write_share_report(workspace, dataset, html, json, show)
    compared = len(figures["comparison"]["contestants"]) if figures["comparison"] else 0
    tell(
        f"{dataset}: {counted(figures['audit']['images'], 'image')}, {figures['decisions']['images']:,} judged, "
        f"{counted(len(figures['versions']) - 1, 'curated version')}, "
        f"{counted(len(figures['trainings']), 'training')}, {compared} compared"
    )
    record(dataset, outputs=print_written({"html": html, "json": json}))
