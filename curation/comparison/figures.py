"""Every number of a comparison, as JSON-able values: what `errata compare --json` writes and the pages show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.choice import contests, pair_tests
from curation.comparison.contestants import Contestant
from curation.comparison.differing import differing
from curation.comparison.review_bias import review_bias
from curation.comparison.speed import known_speed
from curation.comparison.what_changed import what_changed
from curation.reports.curves import finite
from curation.reports.training.summary import split_summary, spread
from curation.results.audit import Audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.figures.metrics import evaluate
from models.figures.paired import DRAWS

SCHEMA_VERSION = 1
LEVEL = 0.95  # of all intervals
_ABOUT = ("recipe", "architecture", "mode", "config", "input", "versions", "images", "device", "split_sha256", "leaks")
_BYTES = 4  # of a float32 weight


def comparison_figures(workspace: Workspace, board: Board, audit: Audit | None = None) -> dict[str, Any]:
    """Return all figures of a comparison; shares are in [0, 1] and stand beside their n.

    Args:
        workspace: holds versions and the decision log.
        board: who is compared on what.
        audit: of the data set; without it nothing is said about how the review may have favoured somebody.

    Raises:
        ErrataError: a version was changed since it was made.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": board.dataset,
        "classes": list(board.images.rows.classes),
        "images": {"n": len(board.images.rows), "of": board.images.of, "left_out": dict(board.images.left_out)},
        "versions": [_version(workspace, board, version) for version in board.versions],
        "contestants": [
            _contestant(board, one, rows) for one, rows in zip(board.contestants, board.members, strict=True)
        ],
        "skipped": dict(board.skipped),
        "pairs": {version: pair_tests(board, version) for version in board.versions},
        "contests": contests(board),
        "what_changed": what_changed(board),
        "review": review_bias(workspace, board, audit),
        "differing": differing(board),
        "bootstrap": {"draws": DRAWS, "seed": 0, "level": LEVEL},
    }


def _version(workspace: Workspace, board: Board, version: str) -> dict[str, Any]:
    """Return what is known of a version, and how many of the compared labels it changed."""
    own, given = board.images.versions[version], board.images.rows.labels
    several = own.right.sum(1) > 1
    facts: Mapping[str, Any] = {}
    if version != ORIGINAL:
        about = load_version(workspace, board.dataset, version).about
        facts = {name: about[name] for name in ("sha256", "created", "reviewer", "guard")}
        facts = {**facts, "parent": about["parent"]["version"], "log_lines": about["decisions"]["lines"]}
    changed = (own.labels != given) | several
    return {"version": version, "changed": int(changed.sum()), "several": int(several.sum()), **facts}


def _contestant(board: Board, one: Contestant, rows: list[int]) -> dict[str, Any]:
    metrics = [run.metrics for run in one.runs]
    parameters = next((own["parameters"] for own in metrics if "parameters" in own), None)
    return {
        "name": one.name,
        "title": one.title,
        "method": one.method,
        "trained": one.trained,
        "stale": one.name in board.stale,
        "variant": one.runs[0].variant,
        **{name: one.config.get(name) for name in _ABOUT},
        "parameters": parameters,
        "size_mb": parameters * _BYTES / 1e6 if parameters is not None else None,
        "speed": known_speed(one.runs[0].folder),
        "seconds": spread([own.get("seconds") for own in metrics]),
        "images_per_s": spread([own.get("images_per_s") for own in metrics]),
        "runs": [
            {
                "name": run.name,
                "seed": run.seed,
                "rows_key": run.config.get("rows_key"),
                "init_from": run.config.get("init_from") or None,
                "seconds": run.metrics.get("seconds"),
                "kept_epoch": run.kept_epoch,
                "curve": finite(run.curve),
            }
            for run in one.runs
        ],
        "on": {version: _on(board, version, rows) for version in board.versions},
    }


def _on(board: Board, version: str, rows: list[int]) -> dict[str, Any]:
    """Return the figures of a contestant by the labels of a version, and the accuracy of each seed."""
    classes = board.images.rows.classes
    every = [evaluate(board.effective_labels(version, row), board.probs[row], classes) for row in rows]
    return {**split_summary(every), "each": [own["accuracy"] for own in every], "correct": _right(board, version, rows)}


def _right(board: Board, version: str, rows: list[int]) -> list[int]:
    counts: list[int] = np.sum(board.right(version)[rows], axis=1).tolist()
    return counts
