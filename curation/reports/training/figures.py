"""All numbers of a run's report as values for JSON: report.json has them, report.html shows them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from curation.datasets.rows import Rows
from curation.reports.curves import finite
from curation.reports.training.errors import surest_errors
from curation.reports.training.members import member_figures
from curation.reports.training.summary import split_summary, spread
from curation.results.trained import TrainedRun

SCHEMA_VERSION = 1
_SETTINGS = ("dataset", "recipe", "device", "devices", "precision", "weights", "init_from")
SPLITS = ("test", "val")  # the test split first: accuracies are quoted on it


def run_figures(runs: Sequence[TrainedRun], rows: Rows | None) -> dict[str, Any]:
    """Return all figures of the report of the seeds of one recipe; shares are in [0, 1] and stand beside their n."""
    config = runs[0].config
    tested = {split: [figures for run in runs if (figures := run.figures(split))] for split in SPLITS}
    return {
        "schema_version": SCHEMA_VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "group": runs[0].group if len(runs) > 1 else runs[0].name,
        **{name: config.get(name) for name in _SETTINGS},
        "variant": runs[0].variant,
        "classes": _classes(runs, rows),
        "images": config.get("images", {}),
        "config": config.get("config", {}),
        "input": config.get("input", {}),
        "versions": config.get("versions", {}),
        "parameters": next((run.metrics["parameters"] for run in runs if "parameters" in run.metrics), None),
        "seconds": spread([run.metrics.get("seconds") for run in runs]),
        "images_per_s": spread([run.metrics.get("images_per_s") for run in runs]),
        "runs": [_run(run) for run in runs],
        "splits": {split: split_summary(seeds) for split, seeds in tested.items() if seeds},
        "members": member_figures(runs),
        "errors": surest_errors(runs, rows) if rows else {},
    }


def _classes(runs: Sequence[TrainedRun], rows: Rows | None) -> list[str]:
    tested = [figures["classes"] for run in runs for split in SPLITS if (figures := run.figures(split))]
    return list(tested[0] if tested else rows.classes if rows else runs[0].config.get("classes", []))


def _run(run: TrainedRun) -> dict[str, Any]:
    """Return the state of one seed, its curve and its figures as they are in its folder."""
    return {
        "name": run.name,
        "seed": run.seed,
        "state": run.state,
        "error": run.status.error if run.status else "",
        "epochs": len(run.curve),
        "planned_epochs": run.planned_epochs,
        "kept_epoch": run.kept_epoch,
        "curve": finite(run.curve),
        "seconds": run.metrics.get("seconds"),
        "images_per_s": run.metrics.get("images_per_s"),
        "splits": {split: figures for split in SPLITS if (figures := run.figures(split))},
    }
