"""The finished trainings of a data set: a line for each recipe and version of the labels, its seeds together."""

from typing import Any

from curation.reports.training.table import run_table
from curation.results.runs import finished_runs
from curation.results.trained import load_run
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL


def training_figures(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return a line for each recipe and version with its finished seeds together, the oldest first."""
    folders = finished_runs(workspace, dataset=name)
    runs = [load_run(folder) for folder in folders]
    version = {run.group: str(run.config.get("version", ORIGINAL)) for run in runs}
    return [{**one, "version": version[one["group"]]} for one in run_table(folders)]
