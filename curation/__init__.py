"""Curation: data sets, label issues, FiftyOne, decisions and splits.

What the commands call is a public API, for notebooks and scripts: every name of `__all__` can be imported from here,
and is loaded when it is first asked for. docs/functions.md has an example of each.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curation.audit.config import AuditConfig as AuditConfig
    from curation.audit.run import run_audit as run_audit
    from curation.comparison.board import read_board as read_board
    from curation.comparison.figures import comparison_figures as comparison_figures
    from curation.comparison.pages.job import draw_run_maps as draw_run_maps
    from curation.database.names import dataset_name as dataset_name
    from curation.database.store import connect as connect
    from curation.database.store import load_dataset as load_dataset
    from curation.datasets.opening import open_dataset as open_dataset
    from curation.decisions.decision import Decision as Decision
    from curation.decisions.ledger import open_ledger as open_ledger
    from curation.handover.export import export_version as export_version
    from curation.reports.training.table import markdown_table as markdown_table
    from curation.reports.training.table import run_table as run_table
    from curation.results.audit import load_audit as load_audit
    from curation.results.issue_table import issue_rows as issue_rows
    from curation.results.runs import find_checkpoint as find_checkpoint
    from curation.results.runs import finished_runs as finished_runs
    from curation.results.trained import load_run as load_run
    from curation.results.trained import report_folder as report_folder
    from curation.review.wrong_labels import wrong_labels_of as wrong_labels_of
    from curation.training.request import TrainRequest as TrainRequest
    from curation.training.train import train as train
    from curation.versions.diff import diff_versions as diff_versions
    from curation.versions.make import make_version as make_version
    from curation.versions.request import VersionRequest as VersionRequest
    from curation.versions.store import load_version as load_version
    from curation.workspace.folders import Workspace as Workspace
    from models.training.recipes import find_recipe as find_recipe

_MODULES = {
    "curation.audit.config": ("AuditConfig",),
    "curation.audit.run": ("run_audit",),
    "curation.comparison.board": ("read_board",),
    "curation.comparison.figures": ("comparison_figures",),
    "curation.comparison.pages.job": ("draw_run_maps",),
    "curation.database.names": ("dataset_name",),
    "curation.database.store": ("connect", "load_dataset"),
    "curation.datasets.opening": ("open_dataset",),
    "curation.decisions.decision": ("Decision",),
    "curation.decisions.ledger": ("open_ledger",),
    "curation.handover.export": ("export_version",),
    "curation.reports.training.table": ("markdown_table", "run_table"),
    "curation.results.audit": ("load_audit",),
    "curation.results.issue_table": ("issue_rows",),
    "curation.results.runs": ("find_checkpoint", "finished_runs"),
    "curation.results.trained": ("load_run", "report_folder"),
    "curation.review.wrong_labels": ("wrong_labels_of",),
    "curation.training.request": ("TrainRequest",),
    "curation.training.train": ("train",),
    "curation.versions.diff": ("diff_versions",),
    "curation.versions.make": ("make_version",),
    "curation.versions.request": ("VersionRequest",),
    "curation.versions.store": ("load_version",),
    "curation.workspace.folders": ("Workspace",),
    "models.training.recipes": ("find_recipe",),
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}
__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module: a command that needs no torch must not wait for it."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
