"""The arguments and options of `errata report`."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import Name

report = typer.Typer()


@report.command(name="report")
def write_report(
    name: Name,
    html: Annotated[Path | None, typer.Option(help="one page to read and share")] = None,
    json: Annotated[Path | None, typer.Option(help="every number of it")] = None,
) -> None:
    """Write all that is known of a data set. Audit, decisions, versions, trainings and their comparison."""
    from app.commands.report import report as run
    from curation.datasets.opening import audited_name
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    run(workspace, audited_name(name, workspace), html, json)
