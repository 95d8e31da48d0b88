"""The report's plots: inline SVG and shaded tables, coloured by the page's style sheet."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.report_html import interval, percent, swatch, text
from models.arrays import FloatArray

MAX_MATRIX_CLASSES = 20  # with more, a matrix cannot be read; the commonest confusions are listed
COMMONEST = 6
_BAR = (260, 22)  # width and height of an interval, px
_PLOT = (520, 250)  # of a plot of curves, px
_MARGIN = (46, 64, 14, 34)  # left, right (for the labels), top, bottom, px

Curves = dict[str, list[dict[str, float | None]]]


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


def interval_axis(lowest: float) -> str:
    """Return the scale of `interval_chart`."""
    ends = f"<span>{percent(lowest, 0)}</span><span>{percent((1 + lowest) / 2, 0)}</span><span>100 %</span>"
    return f'<span class="axis">{ends}</span>'


def _place(value: float, lowest: float, width: float) -> float:
    return 6 + (value - lowest) / (1 - lowest) * (width - 12)


def shares(counts: Sequence[Sequence[int]]) -> FloatArray:
    """Return each row of a confusion matrix as shares of that given label, shape (K, K); zeros where it has no image."""
    matrix = np.asarray(counts, np.float32)
    return np.asarray(matrix / np.maximum(matrix.sum(1, keepdims=True), 1), np.float32)


def worst_confusion(matrices: Sequence[Sequence[Sequence[int]]]) -> float:
    """Return the largest share beside the diagonal over all matrices: the one scale they are shaded on."""
    beside = [shares(counts) * (1 - np.eye(len(counts))) for counts in matrices]
    return float(max((own.max(initial=0) for own in beside), default=0.0))


def confusion_matrix(counts: Sequence[Sequence[int]], classes: list[str], scale: float) -> str:
    """Return a table: row = given label, column = prediction; darker = a larger share of the given label."""
    own = shares(counts)
    head = "".join(f'<th scope="col"><span>{text(name)}</span></th>' for name in classes)
    lines = []
    for i, name in enumerate(classes):
        cells = "".join(
            _cell(counts[i][j], float(own[i, j]), i == j, scale, name, classes[j]) for j in range(len(classes))
        )
        lines.append(f'<tr><th scope="row">{text(name)}</th>{cells}</tr>')
    corner = '<th class="corner">given ↓ predicted →</th>'
    return f'<table class="confusion"><thead><tr>{corner}{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _cell(count: int, part: float, same: bool, scale: float, given: str, predicted: str) -> str:
    depth = part if same else part / scale if scale else 0.0
    kind = "same" if same else "zero" if not count else "deep" if depth > 0.6 else "other"
    title = f"given {given}, predicted {predicted}: {count} images, {percent(part)} of those given {given}"
    return f'<td class="{kind}" style="--depth:{100 * depth:.0f}%" title="{text(title)}">{count}</td>'


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


def curves_plot(curves: Curves, quantity: str, title: str, unit: str) -> str:
    """Return a plot of a quantity (`accuracy` or `loss`) against the epoch: two lines a fold, on the training part and the inner split."""
    drawn = {part: _lines(curves, f"{part}_{quantity}") for part in ("train", "val")}
    points = [point for lines in drawn.values() for line in lines for point in line]
    if not points:
        return ""
    last, top = max(epoch for epoch, _ in points), 1.0 if quantity == "accuracy" else max(value for _, value in points)
    scale = _Scale(last, top)
    body = [scale.grid(unit)]
    for part, lines in drawn.items():
        body += [
            f'<polyline class="{part}" points="{" ".join(scale.at(*point) for point in line)}"/>' for line in lines
        ]
    body.append(_labels(drawn, scale))
    width, height = _PLOT
    return (
        f'<figure><figcaption>{title}</figcaption><svg class="curves" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{title}">{"".join(body)}</svg></figure>'
    )


def _lines(curves: Curves, name: str) -> list[list[tuple[float, float]]]:
    """Return (epoch, value) of each fold that has the figure."""
    lines = [[(e["epoch"], e[name]) for e in epochs if e.get(name) is not None] for epochs in curves.values()]
    return [line for line in lines if line]  # type: ignore[misc]  # None is left out above


def _labels(drawn: dict[str, list[list[tuple[float, float]]]], scale: "_Scale") -> str:
    """Return a name at the end of each bundle of lines, kept apart."""
    words = {"train": "training", "val": "inner split"}
    ends = {part: float(np.mean([line[-1][1] for line in lines])) for part, lines in drawn.items() if lines}
    placed: list[str] = []
    previous = -100.0
    for part, value in sorted(ends.items(), key=lambda end: -end[1]):
        previous = max(scale.y(value), previous + 13)
        x = scale.x(scale.last) + 6
        placed.append(f'<text class="{part}" x="{x:.1f}" y="{previous + 4:.1f}">{words[part]}</text>')
    return "".join(placed)


class _Scale:
    """Where a plot puts an epoch and a value: epochs from 1, values from 0."""

    def __init__(self, last: float, top: float):
        self.last, self.top = last, top

    def x(self, epoch: float) -> float:
        left, right, _, _ = _MARGIN
        return left + (epoch - 1) / max(1, self.last - 1) * (_PLOT[0] - left - right)

    def y(self, value: float) -> float:
        _, _, above, below = _MARGIN
        return above + (1 - value / self.top) * (_PLOT[1] - above - below)

    def at(self, epoch: float, value: float) -> str:
        return f"{self.x(epoch):.1f},{self.y(value):.1f}"

    def grid(self, unit: str) -> str:
        """Return grid lines with their values, and the epochs below."""
        lines = []
        for value in np.linspace(0, self.top, 5):
            y, shown = self.y(value), f"{100 * value:.0f} %" if unit == "%" else f"{value:.1f}"
            lines.append(
                f'<line class="grid" x1="{_MARGIN[0]}" x2="{self.x(self.last):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
            lines.append(f'<text class="tick" x="{_MARGIN[0] - 7}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
        for epoch in sorted({1, round((1 + self.last) / 2), int(self.last)}):
            x, y = self.x(epoch), _PLOT[1] - _MARGIN[3] + 18
            lines.append(f'<text class="tick" x="{x:.1f}" y="{y}" text-anchor="middle">{epoch}</text>')
        y = _PLOT[1] - 4
        lines.append(
            f'<text class="tick" x="{self.x((1 + self.last) / 2):.1f}" y="{y}" text-anchor="middle">epoch</text>'
        )
        return "".join(lines)
