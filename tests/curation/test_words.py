"""Times and sizes as people read them."""

import pytest

from curation.words import duration, file_size


def test_durations() -> None:
    assert [duration(value) for value in (1.25, 161.2, 3600)] == ["1.2 s", "161 s", "60 min"]


def test_durations_that_are_roughly_known() -> None:
    rough = [duration(seconds, rough=True) for seconds in (0.2, 12, 89, 90, 130, 3600)]
    assert rough == ["5 s", "10 s", "90 s", "2 min", "2 min", "60 min"]


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (12_288, "12 KB"), (4_200_000, "4.2 MB"), (7_250_000_000, "7.2 GB")],
)
def test_sizes(n_bytes: int, text: str) -> None:
    assert file_size(n_bytes) == text
