"""Everything known of a data set in one place: its audit, decisions, versions, trainings and their comparison."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import Any

from curation.comparison.board import Board
from curation.comparison.pages.job import comparison
from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.decisions.ledger import open_ledger
from curation.reports.audit.figures import report_figures
from curation.reports.training.table import training_figures
from curation.results.audit import Audit
from curation.results.runs import finished_runs
from curation.versions.diff import change_counts, diff_versions
from curation.versions.store import about_audit, list_versions, load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError

SCHEMA_VERSION = 1


def share_figures(workspace: Workspace, audit: Audit) -> tuple[dict[str, Any], Board | None]:
    """Return all figures as JSON-able values, and who is compared where anything can be.

    Args:
        workspace: holds decisions, versions and runs.
        audit: of the labels as given.

    Raises:
        ErrataError: a file is damaged.
    """
    board, compared, why = _comparison(workspace, audit.name)
    figures = {
        "schema_version": SCHEMA_VERSION,
        "kind": "errata-report",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {"name": audit.name, **about_audit(workspace, audit.name)},
        "audit": report_figures(audit, spec_of(workspace, audit)),
        "decisions": decision_figures(workspace, audit.name),
        "versions": version_figures(workspace, audit.name),
        "trainings": training_figures(workspace, audit.name),
        "comparison": compared,
        "no_comparison": why,
        "software": {"errata": installed_version("errata-vision")},
    }
    return figures, board


def spec_of(workspace: Workspace, audit: Audit) -> DatasetSpec:
    """Return the data set with the title and licence that its audit noted."""
    about = about_audit(workspace, audit.name)
    first = next(iter(load_catalog().values()))
    return replace(first, name=audit.name, title=about["title"], licence=about["licence"])


def decision_figures(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return who decided how often what, and how far reviewers agree."""
    ledger = open_ledger(workspace, name)
    with ledger.reading() as state:
        return {
            "lines": ledger.lines(),
            "images": len(state.images()),
            "disputed": sum(state.disputed(image) for image in state.images()),
            "all": state.counts(),
            "reviewers": {who: state.counts(who) for who in state.reviewers()},
        }


def version_figures(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return what each version holds and what it changed of the labels as given."""
    given = load_version(workspace, name, ORIGINAL)
    versions = []
    for summary in list_versions(workspace, name):
        figures = asdict(summary)
        figures |= {"version": figures.pop("name"), "changes": {}, "statements": []}
        if summary.name != ORIGINAL:
            version = load_version(workspace, name, summary.name)
            figures["changes"] = change_counts(diff_versions(given, version))
            figures["statements"] = list(version.about.get("guard", []))
        versions.append(figures)
    return versions


def _comparison(workspace: Workspace, name: str) -> tuple[Board | None, dict[str, Any] | None, str]:
    """Return the comparison of all finished trainings; why there is none where they cannot be compared."""
    if not finished_runs(workspace, dataset=name):
        return None, None, f"nothing was trained yet; run `errata train {name} …`"
    try:
        board, figures = comparison(workspace, name)
    except ErrataError as error:
        return None, None, str(error)
    return board, figures, ""
