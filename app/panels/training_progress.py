"""The run folders that a training in the queue writes, and its learning curves."""

import re
import time
from collections.abc import Sequence

from app.html_parts.line_chart import line_figure
from app.jobs.queue import Job
from app.jobs.words import about_time
from curation.reports.line_chart import Line
from curation.results.trained import TrainedRun, group_of, load_run
from curation.workspace.folders import Workspace
from models.errors import ErrataError

_GROUP = re.compile(r"report: .*/runs/([a-z0-9_-]+)/report\.html")


def runs_of_job(workspace: Workspace, job: Job) -> list[TrainedRun]:
    """Return the runs of a training, by seed: those its log names, or while it goes on those it began."""
    named = [found[1] for line in job.progress.log if (found := _GROUP.fullmatch(line))]
    seeds = int(_option(job, "--seeds") or 1)
    runs = []
    for config in workspace.runs.glob("*/config.json"):
        folder = config.parent
        if named and group_of(folder.name) not in named:
            continue
        try:
            run = load_run(folder)
        except ErrataError:  # just being written
            continue
        if run.seed < seeds and (named or _began(run, job)):
            runs.append(run)
    return sorted(runs, key=lambda run: run.seed)


def _began(run: TrainedRun, job: Job) -> bool:
    """Return whether a run is one that this job asked for and started."""
    recipe, variant = _option(job, "--recipe"), _option(job, "--architecture")
    architecture, _, mode = variant.partition("@")
    config = run.config
    return (
        run.status is not None
        and run.status.started >= job.launched
        and config.get("dataset") == job.dataset
        and config.get("recipe") == (recipe or variant)
        and config.get("version", "original") == (_option(job, "--version") or "original")
        and (not architecture or config.get("architecture") == architecture)
        and (not mode or config.get("mode") == mode)
    )


def _option(job: Job, name: str) -> str:
    given = dict(zip(job.arguments[2::2], job.arguments[3::2], strict=False))
    return given.get(name, "")


def progress_of(runs: Sequence[TrainedRun], seeds: int, now: float | None = None) -> tuple[float, str]:
    """Return which share of its epochs a training has done, and how far it is in words, with the time that is left."""
    if not runs:
        return 0.0, ""
    planned = runs[0].planned_epochs
    done = sum(planned if run.metrics else len(run.curve) for run in runs)
    total = planned * seeds
    share = min(1.0, done / total) if total else 0.0
    began = min(run.status.started for run in runs if run.status)
    said = f"{done:,} of {total:,} epochs"
    if done and done < total:
        left = ((now or time.time()) - began) / done * (total - done)
        said += f", about {about_time(left)} left"
    return share, said


def curves_chart(runs: Sequence[TrainedRun]) -> str:
    """Return the accuracy after each epoch: validation of every seed, and of a single one training too."""
    lines: list[Line] = []
    for run in runs:
        of = "" if len(runs) == 1 else f", seed {run.seed}"
        for key, name, dashed in (("val_accuracy", "validation", False), ("train_accuracy", "training", True)):
            points = [(float(one["epoch"]), float(one[key])) for one in run.curve if _is_number(one.get(key))]
            if points and (key == "val_accuracy" or len(runs) == 1 or not lines):
                lines.append(Line(f"{name}{of}", points, "dashed" if dashed else ""))
    return line_figure(lines, "epoch", "accuracy, labels as trained on", percent=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and value == value
