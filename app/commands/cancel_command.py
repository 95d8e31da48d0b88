"""`errata cancel`."""

from pathlib import Path

import typer

from curation.datasets.catalog import load_catalog
from curation.datasets.opening import audited_name
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, audited
from models.errors import ErrataError, unknown
from models.files.runs import cancel as end


def cancel(workspace: Workspace, name: str) -> None:
    """End what computes a run, or a data set's audit, and say whether anything did.

    Raises:
        ErrataError: there is no run and no data set of that name.
    """
    runs = sorted(path.parent.name for path in workspace.runs.glob("*/status.json"))
    if name in runs:
        folder, what = workspace.runs / name, f"run {name}"
    else:
        folder, what = _audit(workspace, name, runs)
    typer.echo(f"cancelled the {what}" if end(folder) else f"no {what} is running")


def _audit(workspace: Workspace, name: str, runs: list[str]) -> tuple[Path, str]:
    try:
        dataset = audited_name(name, workspace)
    except ErrataError:
        raise unknown("data set or run", name, {*load_catalog(), *audited(workspace), *runs}) from None
    return audit_folder(workspace, dataset), f"audit of {dataset}"
