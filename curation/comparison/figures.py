"""All numbers of a comparison as values for JSON: `errata compare --json` writes them and the pages show them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.choice import contests, pair_tests
from curation.comparison.contestants import Contestant
from curation.comparison.differing import differing_images
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
_SETTINGS = (
    "recipe",
    "architecture",
    "mode",
    "config",
    "input",
    "versions",
    "images",
    "device",
    "split_sha256",
    "leaks",
)
_BYTES = 4  # of a float32 weight


def comparison_figures(workspace: Workspace, board: Board, audit: Audit | None = None) -> dict[str, Any]:
    """Return all figures of a comparison; shares are in [0, 1] and stand beside their n.

    Args:
        workspace: holds versions and the decision log.
        board: the contestants and the images.
        audit: of the data set; without it the figures do not have how the review may have favoured a contestant.

    Raises:
        ErrataError: a version was changed since it was made.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": board.dataset,
        "classes": list(board.images.rows.classes),
        "images": {
            "n": len(board.images.rows),
            "of": board.images.of,
            "split": board.images.split,
            "left_out": dict(board.images.left_out),
        },
        "versions": [_version_figures(workspace, board, version) for version in board.versions],
        "contestants": [
            _contestant_figures(board, contestant, runs)
            for contestant, runs in zip(board.contestants, board.members, strict=True)
        ],
        "skipped": dict(board.skipped),
        "pairs": {version: pair_tests(board, version) for version in board.versions},
        "contests": contests(board),
        "what_changed": what_changed(board) if all(not contestant.models for contestant in board.contestants) else [],
        "review": review_bias(workspace, board, audit),
        "differing": differing_images(board),
        "bootstrap": {"draws": DRAWS, "seed": 0, "level": LEVEL},
    }


def _version_figures(workspace: Workspace, board: Board, version: str) -> dict[str, Any]:
    """Return where a version comes from, how many of the compared labels it changed, and of those learned from."""
    tested, given = board.images.versions[version], board.images.rows.labels
    several = tested.right.sum(1) > 1
    facts: Mapping[str, Any] = {}
    if version != ORIGINAL:
        opened = load_version(workspace, board.dataset, version)
        about, learned = opened.manifest, int(opened.images.learned_otherwise().sum())
        facts = {name: about[name] for name in ("sha256", "created", "reviewer", "guard")}
        facts = {**facts, "parent": about["parent"]["version"], "log_lines": about["decisions"]["lines"]}
        facts = {**facts, "changed_train": learned}
    changed = (tested.labels != given) | several
    return {"version": version, "changed": int(changed.sum()), "several": int(several.sum()), **facts}


def _contestant_figures(board: Board, contestant: Contestant, runs: list[int]) -> dict[str, Any]:
    metrics = [run.metrics for run in contestant.runs]
    parameters = next((seed["parameters"] for seed in metrics if "parameters" in seed), None)
    return {
        "name": contestant.name,
        "title": contestant.title,
        "method": contestant.method,
        "trained": contestant.trained,
        "models": contestant.models,
        "stale": contestant.name in board.stale,
        "variant": contestant.runs[0].variant,
        **{name: contestant.config.get(name) for name in _SETTINGS},
        "parameters": parameters,
        "size_mb": parameters * _BYTES / 1e6 if parameters is not None else None,
        "speed": known_speed(contestant.runs[0].folder),
        "seconds": spread([seed.get("seconds") for seed in metrics]),
        "images_per_s": spread([seed.get("images_per_s") for seed in metrics]),
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
            for run in contestant.runs
        ],
        "on": {version: _tested_figures(board, version, runs) for version in board.versions},
    }


def _tested_figures(board: Board, version: str, runs: list[int]) -> dict[str, Any]:
    """Return the figures of a contestant by the labels of a version, with accuracy and right images of each seed."""
    classes = board.images.rows.classes
    seeds = [evaluate(board.effective_labels(version, run), board.probs[run], classes) for run in runs]
    correct: list[int] = np.sum(board.right(version)[runs], axis=1).tolist()
    return {**split_summary(seeds), "each": [seed["accuracy"] for seed in seeds], "correct": correct}
