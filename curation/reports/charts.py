"""Intervals as inline SVG; the page's style sheet has the colours."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.reports.html import interval, percent

_BAR = (260, 22)  # width and height of an interval, px


def interval_chart(figures: dict[str, Any], lowest: float) -> str:
    """Return a dot with its 95 % interval on a scale from `lowest` to 1."""
    width, height = _BAR
    low, at, high = (round(_place(figures[key], lowest, width), 1) for key in ("low", "accuracy", "high"))
    ticks = "".join(
        f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{height}"/>'
        for x in (round(_place(tick, lowest, width), 1) for tick in np.linspace(lowest, 1, 5))
    )
    middle = height / 2
    return (
        f'<svg class="interval" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{percent(figures["accuracy"])}, 95 % interval {interval(figures)}">{ticks}'
        f'<line class="range" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        f'<circle class="dot" cx="{at}" cy="{middle}" r="4.5"/></svg>'
    )


def lowest_tick(lows: Sequence[float]) -> float:
    """Return the tenth below all intervals, at most 0.9: where the scale of `interval_chart` begins."""
    return min(0.9, math.floor(10 * min(lows)) / 10)


def interval_axis(lowest: float) -> str:
    """Return the scale of `interval_chart`."""
    ends = f"<span>{percent(lowest, 0)}</span><span>{percent((1 + lowest) / 2, 0)}</span><span>100 %</span>"
    return f'<span class="axis">{ends}</span>'


def _place(value: float, lowest: float, width: float) -> float:
    return 6 + (value - lowest) / (1 - lowest) * (width - 12)
