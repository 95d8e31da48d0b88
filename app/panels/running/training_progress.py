"""The progress of a training, read from the run folders that the result of its job names."""

import time
from collections.abc import Sequence

from app.jobs.result import JobResult
from curation.results.trained import TrainedRun, load_run
from curation.words import duration
from curation.workspace.folders import Workspace


def started_runs(workspace: Workspace, result: JobResult) -> list[TrainedRun]:
    """Return the runs of a training that have begun, by seed.

    Raises:
        ErrataError: a file of a run is damaged.
    """
    folders = [workspace.runs / name for name in result.runs]
    runs = [load_run(folder) for folder in folders if (folder / "config.json").exists()]
    return sorted(runs, key=lambda run: run.seed)


def progress_of(runs: Sequence[TrainedRun], seeds: int, launched: float, now: float | None = None) -> tuple[float, str]:
    """Return the share of the epochs that are done, and in words the epochs and the time that is left.

    Args:
        runs: that have begun; Runs finished earlier take no time.
        seeds: how many runs there will be.
        launched: Unix time at which the training was started, s.
        now: Unix time, s.

    Returns:
        the share in [0, 1], and the words; empty where no run has begun or its epochs are not known, as of an ensemble.
    """
    planned = runs[0].planned_epochs if runs else 0
    total = planned * seeds
    if not total:
        return 0.0, ""
    done = sum(planned if run.metrics else len(run.curve) for run in runs)
    text = f"{done:,} of {total:,} epochs"
    trained = [run for run in runs if run.status and run.status.started >= launched]  # by this job
    trained_epochs = sum(len(run.curve) for run in trained)
    if trained_epochs and done < total:
        began = min(run.status.started for run in trained if run.status)
        left_s = ((now or time.time()) - began) / trained_epochs * (total - done)
        text += f", about {duration(left_s, rough=True)} left"
    return min(1.0, done / total), text
