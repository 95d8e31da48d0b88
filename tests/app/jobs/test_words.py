"""How far a command is, in words and figures."""

import time

import pytest

from app.jobs.process import JobState
from app.jobs.words import since, stage_words

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("job_state", "words"),
    [
        (JobState("starting", NOW), (0.0, "loading the libraries, about 10 s left")),
        (JobState("running", NOW - 5, stage="starting"), (0.5, "loading the libraries, about 5 s left")),
        (JobState("starting", NOW - 60), (0.9, "loading the libraries, longer than usual …")),
        (JobState("running", stage="a", done=30, total=120, began=NOW - 9), (0.25, "a, 30 of 120, about 25 s left")),
        (JobState("running", stage="a", done=1, total=120, began=NOW - 9), (1 / 120, "a, 1 of 120")),  # cannot tell yet
        (JobState("running", stage="images"), (0.0, "images …")),
        (JobState("running", stage="images", done=1, total=1), (0.0, "images …")),
        (JobState("running", stage="features", done=30, total=120), (0.25, "features, 30 of 120")),
        (JobState("running", stage="features", done=1_000, total=2_000), (0.5, "features, 1,000 of 2,000")),
        (JobState("running", stage="features", done=3, total=2), (1.0, "features, 3 of 2")),
    ],
)
def test_the_stage_and_its_share(job_state: JobState, words: tuple[float, str]) -> None:
    assert stage_words(job_state, NOW) == words


def test_times_in_words() -> None:
    assert since(time.time() - 65.5) == "1:05 min"
    assert since(time.time() + 5) == "0:00 min"
