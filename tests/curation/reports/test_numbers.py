"""Figures and settings as text."""

from curation.reports.numbers import (
    NOT_KNOWN,
    interval,
    lowest_tick,
    mean_number,
    mean_percent,
    number,
    percent,
    setting_text,
    short_count,
)


def test_shares_intervals_and_counts() -> None:
    assert (percent(0.125), percent(1, 0), percent(None)) == ("12.5 %", "100 %", NOT_KNOWN)
    assert (number(2100), number(1234.56, 1), number(None)) == ("2,100", "1,234.6", NOT_KNOWN)
    assert interval({"low": 0.15, "high": 0.85}) == "15.0 to 85.0 %"


def test_means_and_short_counts() -> None:
    assert mean_percent({"mean": 0.8157, "std": 0.0031}) == "81.6 ± 0.3 %"
    assert mean_percent({"mean": 0.8157, "std": None}) == "81.6 %"
    assert mean_percent(None) == mean_number(None, 3) == NOT_KNOWN
    assert mean_number({"mean": 1234.5678, "std": 0.5}, 2) == "1,234.57 ± 0.50"
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
