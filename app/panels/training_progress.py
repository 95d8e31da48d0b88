"""How far a training is, and its learning curves: read from the run folders that the result of its job names."""

import time
from collections.abc import Sequence

from app.html_parts.line_chart import line_figure
from app.jobs.result import JobResult
from app.jobs.words import about_time
from curation.reports.line_chart import Line
from curation.results.trained import TrainedRun, load_run
from curation.workspace.folders import Workspace


def started_runs(workspace: Workspace, result: JobResult) -> list[TrainedRun]:
    """Return the runs of a training that have begun, by seed.

    Raises:
        ErrataError: a file of a run is damaged.
    """
    folders = [workspace.runs / name for name in result.runs]
    runs = [load_run(folder) for folder in folders if (folder / "config.json").exists()]
    return sorted(runs, key=lambda run: run.seed)


def progress_of(runs: Sequence[TrainedRun], seeds: int, now: float | None = None) -> tuple[float, str]:
    """Return which share of its epochs a training has done, and how far it is in words, with the time that is left."""
    if not runs:
        return 0.0, ""
    planned = runs[0].planned_epochs
    done = sum(planned if run.metrics else len(run.curve) for run in runs)
    total = planned * seeds
    share = min(1.0, done / total) if total else 0.0
    began = min(run.status.started for run in runs if run.status)
    text = f"{done:,} of {total:,} epochs"
    if done and done < total:
        left_s = ((now or time.time()) - began) / done * (total - done)
        text += f", about {about_time(left_s)} left"
    return share, text


def curves_chart(runs: Sequence[TrainedRun]) -> str:
    """Return the accuracy after each epoch: validation of every seed, and of a single one training too."""
    lines: list[Line] = []
    for run in runs:
        seed = "" if len(runs) == 1 else f", seed {run.seed}"
        for key, name, dashed in (("val_accuracy", "validation", False), ("train_accuracy", "training", True)):
            points = [(float(epoch["epoch"]), float(epoch[key])) for epoch in run.curve if _is_number(epoch.get(key))]
            if points and (key == "val_accuracy" or len(runs) == 1 or not lines):
                lines.append(Line(f"{name}{seed}", points, "dashed" if dashed else ""))
    return line_figure(lines, "epoch", "accuracy, labels as trained on", percent=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and value == value
