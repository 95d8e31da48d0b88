"""Figures of trained networks as text."""

from curation.reports.numbers import (
    NOT_KNOWN,
    duration,
    lowest_tick,
    mean_number,
    mean_percent,
    setting_text,
    short_count,
)


def test_words() -> None:
    assert mean_percent({"mean": 0.8157, "std": 0.0031}) == "81.6 ± 0.3 %"
    assert mean_percent({"mean": 0.8157, "std": None}) == "81.6 %"
    assert mean_percent(None) == mean_number(None, 3) == NOT_KNOWN
    assert mean_number({"mean": 1234.5678, "std": 0.5}, 2) == "1,234.57 ± 0.50"
    assert [duration(value) for value in (1.25, 161.2, 3600)] == ["1.2 s", "161 s", "60 min"]
    assert [short_count(n) for n in (999, 72_918, 999_999, 23_500_000, 2_000_000_000)] == [
        "999",
        "72.9k",
        "1M",
        "23.5M",
        "2,000M",
    ]


def test_settings() -> None:
    assert [setting_text(value) for value in ([0.5, 0.25], (1,), "sgd", 3, None)] == [
        "0.5, 0.25",
        "1",
        "sgd",
        "3",
        "None",
    ]


def test_the_scale_of_intervals_begins_below_all_of_them() -> None:
    assert lowest_tick([0.84, 0.72]) == 0.7
    assert lowest_tick([0.97]) == 0.9
