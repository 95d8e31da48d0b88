"""Bars of label quality and of class probabilities."""

import numpy as np

from app.html_parts.bars import class_bar, probability_bars, quality_bar


def test_names_are_escaped_and_lengths_are_the_figures() -> None:
    bars = probability_bars(np.array([0.75, 0.25], np.float32), ("<b>", "sea"), 1, 0)
    assert "&lt;b&gt;" in bars
    assert "<b>" not in bars
    assert bars.index("75%") < bars.index("25%")
    assert "width:14.0%" in quality_bar(0.14)
    assert '<div class="er-bar er-given" title=' in class_bar("sea", 0.5, "er-given")
    assert '<div class="er-bar" title=' in class_bar("sea", 0.5)


def test_of_many_classes_the_given_and_the_suggested_one_stay() -> None:
    probs = np.linspace(0.01, 0.19, 10, dtype=np.float32)
    bars = probability_bars(probs, [f"class{k}" for k in range(10)], 0, 1)
    assert [f"class{k}" in bars for k in range(10)] == [True, True, *[False] * 4, *[True] * 4]
