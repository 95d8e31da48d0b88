"""Reliability plots: dots and counts lie where the numbers say."""

from typing import Any

from curation.reports.reliability import reliability_plot


def test_reliability_by_hand() -> None:
    bins: list[dict[str, Any]] = [
        {"low": 0.0, "high": 0.5, "n": 0, "confidence": None, "accuracy": None},
        {"low": 0.5, "high": 1.0, "n": 4, "confidence": 0.75, "accuracy": 0.5},
    ]
    drawn = reliability_plot(bins, 1, "test images")
    # A square of 300 px from (66, 12): a confidence of 0.75 lies at 66 + 225, an accuracy of 0.5 at 12 + 150.
    assert '<circle class="dot" cx="291.0" cy="162.0"' in drawn
    assert drawn.count("<circle") == drawn.count("<rect") == 1
    assert "confidence 50 to 100 %: 4 predictions, 50.0 % right" in drawn
    assert drawn != reliability_plot(bins, 2, "test images")  # the same images twice: a wider interval
