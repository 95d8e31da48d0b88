"""Intervals as inline SVG, confusions as shaded tables; the page's style sheet has the colours."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.reports.html import interval, percent, swatch, text
from models.arrays import FloatArray

MAX_MATRIX_CLASSES = 20  # with more, a matrix cannot be read; the commonest confusions are listed
COMMONEST = 6
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


def shares(counts: Sequence[Sequence[int]]) -> FloatArray:
    """Return each row of a confusion matrix as shares of that given label, shape (K, K); zeros for no image."""
    matrix = np.asarray(counts, np.float32)
    return np.asarray(matrix / np.maximum(matrix.sum(1, keepdims=True), 1), np.float32)


def worst_confusion(matrices: Sequence[Sequence[Sequence[int]]]) -> float:
    """Return the largest share beside the diagonal over all matrices: the one scale they are shaded on."""
    beside = [shares(counts) * (1 - np.eye(len(counts))) for counts in matrices]
    return float(max((own.max(initial=0) for own in beside), default=0.0))


def confusion_matrix(
    counts: Sequence[Sequence[int]], classes: list[str], scale: float, column: str = "predicted"
) -> str:
    """Return a table: row = given label, column = prediction; darker = a larger share of the given label."""
    own = shares(counts)
    head = "".join(f'<th scope="col"><span>{text(name)}</span></th>' for name in classes)
    lines = []
    for i, name in enumerate(classes):
        cells = "".join(
            _cell(counts[i][j], float(own[i, j]), i == j, scale, name, f"{column} {classes[j]}")
            for j in range(len(classes))
        )
        lines.append(f'<tr><th scope="row">{text(name)}</th>{cells}</tr>')
    corner = f'<th class="corner">given ↓ {column} →</th>'
    return f'<table class="confusion"><thead><tr>{corner}{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _cell(count: int, part: float, same: bool, scale: float, given: str, shown: str) -> str:
    depth = part if same else part / scale if scale else 0.0
    kind = "same" if same else "zero" if not count else "deep" if depth > 0.6 else "other"
    title = f"given {given}, {shown}: {count} images, {percent(part)} of those given {given}"
    return f'<td class="{kind}" style="--depth:{100 * depth:.0f}%" title="{text(title)}">{count}</td>'


def confusion_legend(scale: float, fits: bool) -> str:
    """Return how the matrices are to be read; `fits` = whether they are drawn at all."""
    if not fits:
        return f"<p class=lead>Over {MAX_MATRIX_CLASSES} classes: the commonest confusions, given → predicted.</p>"
    return (
        "<p class=lead>Number of images for each given label (row) and prediction (column). Shading is the share of "
        "the given label's images, on one scale in all matrices:</p><p class=scales>"
        '<span><i class="ramp same"></i> on the diagonal, 0 to 100 %</span>'
        f'<span><i class="ramp other"></i> beside it, 0 to {percent(scale, 0)}</span></p>'
    )


def commonest(counts: Sequence[Sequence[int]], classes: list[str]) -> str:
    """Return the commonest confusions as a list, each with its n."""
    matrix = np.asarray(counts)
    beside = matrix * (1 - np.eye(len(classes), dtype=matrix.dtype))
    order = np.argsort(-beside, axis=None, kind="stable")[:COMMONEST]
    lines = [
        f"<li>{swatch(classes[i], classes)} → {swatch(classes[j], classes)}"
        f" <span>{beside[i, j]:,} of {matrix[i].sum():,}</span></li>"
        for i, j in (divmod(int(flat), len(classes)) for flat in order)
        if beside[i, j]
    ]
    return f'<ol class="commonest">{"".join(lines)}</ol>' if lines else "<p>No confusion at all.</p>"
