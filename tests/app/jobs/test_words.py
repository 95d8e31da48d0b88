"""What a command under way says of itself."""

import time

import pytest

from app.jobs.words import about_time, said_last, since


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ((), (0.0, "starting …")),
        (("images …",), (0.0, "images …")),
        (("images …", "images: 2.0 s", "features: 30 of 120"), (0.25, "features, 30 of 120")),
        (("features: 1,000 of 2,000", "a warning"), (0.5, "features, 1,000 of 2,000")),
        (("features: 1 of 0",), (0.0, "features …")),
    ],
)
def test_the_last_stage_and_its_share(log: tuple[str, ...], said: tuple[float, str]) -> None:
    assert said_last(log) == said


def test_times_in_words() -> None:
    assert since(time.time() - 65.5) == "1:05 min"
    assert since(time.time() + 5) == "0:00 min"
    assert [about_time(seconds) for seconds in (0.2, 12, 89, 90, 130)] == ["5 s", "10 s", "90 s", "2 min", "2 min"]
