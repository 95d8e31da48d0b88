"""The figures of the shared report: a data set's audit, decisions, versions, trainings and their comparison."""

import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import Any

from curation.comparison.board import Board
from curation.comparison.pages.job import comparison
from curation.decisions.ledger import open_ledger
from curation.reports.audit.figures import report_figures
from curation.reports.shareable import shareable
from curation.reports.training.table import training_figures
from curation.results.audit import Audit
from curation.results.runs import finished_runs
from curation.review.wrong_labels import wrong_labels_of
from curation.versions.diff import change_counts, diff_versions
from curation.versions.store import about_audit, list_versions, load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError

SCHEMA_VERSION = 1


def share_figures(workspace: Workspace, audit: Audit) -> tuple[dict[str, Any], Board | None]:
    """Return all figures as JSON-able values, and the compared trainings, None where they cannot be compared.

    Args:
        workspace: holds decisions, versions and runs.
        audit: of the labels as given.

    Raises:
        ErrataError: a file is damaged.
    """
    board, compared, why_none = _comparison(workspace, audit)
    about = about_audit(workspace, audit.name)
    figures = {
        "schema_version": SCHEMA_VERSION,
        "kind": "errata-report",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {"name": audit.name, **about},
        "audit": report_figures(audit, about["title"], about["licence"], wrong_labels_of(workspace, audit).figures()),
        "decisions": decision_figures(workspace, audit.name),
        "versions": version_figures(workspace, audit.name),
        "trainings": training_figures(workspace, audit.name),
        "comparison": compared,
        "no_comparison": why_none,
        "software": {"errata": installed_version("errata-vision")},
    }
    return dict(shareable(figures, [audit.rows.root, workspace.root])), board


def decision_figures(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return the number of decisions of each kind by each reviewer, and how many images are disputed."""
    ledger = open_ledger(workspace, name)
    with ledger.reading() as state:
        return {
            "lines": ledger.lines(),
            "images": len(state.images()),
            "disputed": sum(state.disputed(image) for image in state.images()),
            "all": state.counts(),
            "reviewers": {reviewer: state.counts(reviewer) for reviewer in state.reviewers()},
        }


def version_figures(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return the images of each version and its changes of the labels as given."""
    given = load_version(workspace, name, ORIGINAL)
    versions = []
    for summary in list_versions(workspace, name):
        figures = asdict(summary)
        figures |= {"version": figures.pop("name"), "changes": {}, "statements": []}
        if summary.name != ORIGINAL:
            version = load_version(workspace, name, summary.name)
            figures["changes"] = change_counts(diff_versions(given, version))
            figures["statements"] = list(version.manifest.get("guard", []))
        versions.append(figures)
    return versions


def _comparison(workspace: Workspace, audit: Audit) -> tuple[Board | None, dict[str, Any] | None, str]:
    """Return who is compared and the figures of all finished trainings, or why they cannot be compared."""
    trained = bool(finished_runs(workspace, dataset=audit.name))
    command = shlex.join(["errata", "train", audit.name])
    why_none = "" if trained else f"nothing was trained yet; run `{command} --recipe R`, see `errata recipes`"
    try:
        return (*comparison(workspace, audit.name), why_none)
    except ErrataError as error:
        return None, None, why_none or str(error)
