"""How far a command is, in words and figures, and how long it still takes."""

import time

from app.jobs.process import JobState
from curation.words import duration

LOADING_S = 10.0  # what a command takes on two cores to load its libraries, torch above all
_TELLING = 0.02  # share of a stage from which its speed tells how long the rest takes


def stage_words(job_state: JobState, now: float | None = None) -> tuple[float, str]:
    """Return which share of its stage a command has done, in [0, 1], and the stage in words with the time that is left.

    Args:
        job_state: of the command.
        now: Unix time, s.
    """
    now = now or time.time()
    stage, done, total = job_state.stage, job_state.done, job_state.total
    if stage in ("", "starting"):
        return loading_words(job_state, now)
    if total <= 1:  # how much there is to do is not known
        return 0.0, f"{stage} …"
    left = seconds_left(job_state, now)
    return min(1.0, done / total), f"{stage}, {done:,} of {total:,}{f', {left_words(left)}' if left else ''}"


def loading_words(job_state: JobState, now: float | None = None) -> tuple[float, str]:
    """Return the share and the words of a command that loads its libraries, before its work begins."""
    left = LOADING_S - max(0.0, (now or time.time()) - job_state.started)
    if left <= 0:
        return 0.9, "loading the libraries, longer than usual …"
    return 1 - max(0.1, left / LOADING_S), f"loading the libraries, {left_words(left)}"


def seconds_left(job_state: JobState, now: float) -> float:
    """Return how many seconds the stage still takes at its speed so far; 0 where that does not tell yet."""
    share = min(1.0, job_state.done / job_state.total) if job_state.total > 1 else 0.0
    elapsed = now - job_state.began
    return elapsed / share * (1 - share) if job_state.began and _TELLING < share < 1 and elapsed > 2 else 0.0


def left_words(seconds: float) -> str:
    """Return a time that is left in words: `about 40 s left`."""
    return f"about {duration(seconds, rough=True)} left"


def since(started: float) -> str:
    """Return how long ago a Unix time was, as minutes and seconds."""
    minutes, seconds = divmod(max(0, int(time.time() - started)), 60)
    return f"{minutes}:{seconds:02d} min"
