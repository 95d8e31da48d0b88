"""How far a command is, in words and figures."""

import time

from app.jobs.process import JobState


def stage_words(job_state: JobState) -> tuple[float, str]:
    """Return which share of its stage a command has done, in [0, 1], and the stage in words."""
    stage, done, total = job_state.stage or "starting", job_state.done, job_state.total
    if total <= 1:  # how much there is to do is not known
        return 0.0, f"{stage} …"
    return min(1.0, done / total), f"{stage}, {done:,} of {total:,}"


def since(started: float) -> str:
    """Return how long ago a Unix time was, as minutes and seconds."""
    minutes, seconds = divmod(max(0, int(time.time() - started)), 60)
    return f"{minutes}:{seconds:02d} min"
