"""The progress of a training, read from the run folders that the result of its job names."""

import time
from collections.abc import Sequence

from app.jobs.result import JobResult
from app.jobs.words import about_time
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
    """Return the share of the epochs that are done, and in words the epochs and the time that is left."""
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
