"""Learning curves as inline SVG."""

from typing import Any

import numpy as np

from models.figures.curves import Epoch, kept_epoch

Curves = dict[str, list[dict[str, float | None]]]  # fold or seed -> its epochs
Line = list[tuple[float, float]]  # (epoch, value)

WIDTH, HEIGHT = 520, 250  # of a plot, px
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 70, 14, 40  # margins, px; the lines are named on the right
_FOLDS = {"train": "training", "val": "inner split"}


def finite(epochs: list[Epoch]) -> list[dict[str, float | None]]:
    """Return epochs as JSON has them: a figure that is no number becomes None."""
    return [
        {name: float(value) if value is not None and np.isfinite(value) else None for name, value in epoch.items()}
        for epoch in epochs
    ]


def curves_plot(
    curves: Curves,
    quantity: str,
    title: str,
    each: str = "fold",
    names: dict[str, str] = _FOLDS,
    epochs: int = 0,
) -> str:
    """Return a figure of `accuracy` or `loss` against the epoch: for each fold a training and an inner-split line.

    Args:
        curves: the epochs of each fold, from 1 on.
        quantity: `accuracy` or `loss`.
        title: plain text.
        each: what a pair of lines belongs to.
        names: what the lines `train` and `val` are called, at most ten letters.
        epochs: how many are to come in all, so that the axis of a training under way stands still.

    Returns:
        HTML; empty where no fold has the figure.
    """
    drawn = curves_body(curves, quantity, each, names, epochs)
    if not drawn:
        return ""
    return (
        f'<figure><figcaption>{title}</figcaption><svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title} of each {each} against the epoch">{drawn}</svg></figure>'
    )


def curves_body(curves: Curves, quantity: str, each: str, names: dict[str, str], epochs: int = 0) -> str:
    """Return what `curves_plot` draws in its WIDTH x HEIGHT px, without the figure around it."""
    drawn = {part: _lines(curves, f"{part}_{quantity}") for part in names}
    points = [point for lines in drawn.values() for line in lines.values() for point in line]
    if not points:
        return ""
    step, top = (0.25, 1.0) if quantity == "accuracy" else _scale(max(value for _, value in points))
    plot = _Plot(max(epochs, *(int(epoch) for epoch, _ in points)), top)
    body = [plot.grid(step, as_percent=quantity == "accuracy")]
    for part, lines in drawn.items():
        body += [_polyline(part, line, f"{each} {key}, {names[part]}", plot) for key, line in lines.items()]
    body += [plot.dot(*point) for point in _kept(curves, f"val_{quantity}")]
    body.append(_names(drawn, names, plot))
    return "".join(body)


def _scale(highest: float) -> tuple[float, float]:
    """Return the step of an axis from 0, one of 1, 2, 2.5 and 5 times a power of ten, and its end."""
    rough = max(highest, 1e-6) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999))
    return step, float(step * np.ceil(highest / step * 0.999999)) or step


def _polyline(part: str, line: Line, name: str, plot: "_Plot") -> str:
    if len(line) == 1:  # a line of one point is not drawn
        return plot.dot(*line[0], kind=part)
    points = " ".join(plot.at(*point) for point in line)
    return f'<polyline class="{part}" points="{points}"><title>{name}</title></polyline>'


def _lines(curves: Curves, name: str) -> dict[str, Line]:
    """Return the line of each fold that has the figure."""
    lines = {key: _line(epochs, name) for key, epochs in curves.items()}
    return {key: line for key, line in lines.items() if line}


def _line(epochs: list[dict[str, Any]], name: str) -> Line:
    return [(epoch["epoch"], epoch[name]) for epoch in epochs if epoch.get(name) is not None]


def _kept(curves: Curves, name: str) -> Line:
    """Return the point of the epoch each fold kept."""
    return [point for epochs in curves.values() for point in _line(epochs, name) if point[0] == kept_epoch(epochs)]


def _names(drawn: dict[str, dict[str, Line]], names: dict[str, str], plot: "_Plot") -> str:
    """Return a name at the end of each bundle of lines, kept apart."""
    ends = {part: [line[-1] for line in lines.values()] for part, lines in drawn.items() if lines}
    placed, previous = [], -100.0
    for part, points in sorted(ends.items(), key=lambda end: -float(np.mean([value for _, value in end[1]]))):
        previous = max(plot.y(float(np.mean([value for _, value in points]))), previous + 13)
        x = plot.x(max(epoch for epoch, _ in points)) + 7
        placed.append(f'<text class="{part}" x="{x:.1f}" y="{previous + 4:.1f}">{names[part]}</text>')
    return "".join(placed)


def _epoch_ticks(last: int) -> list[int]:
    """Return at most nine epochs to name on the axis, from 1 to `last`."""
    step = next(factor * 10**power for power in range(9) for factor in (1, 2, 5) if factor * 10**power * 8 >= last)
    multiples = list(range(step, last + 1, step))
    return [1, *multiples] if step > 2 else multiples


class _Plot:
    """Where an epoch (from 1) and a value (from 0) lie in the picture."""

    def __init__(self, last: float, top: float):
        self.last, self.top = last, top

    def x(self, epoch: float) -> float:
        return _LEFT + (epoch - 1) / max(1, self.last - 1) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (1 - value / self.top) * (HEIGHT - _TOP - _BOTTOM)

    def at(self, epoch: float, value: float) -> str:
        return f"{self.x(epoch):.1f},{self.y(value):.1f}"

    def dot(self, epoch: float, value: float, kind: str = "") -> str:
        named = f'class="{kind}" ' if kind else ""
        return f'<circle {named}cx="{self.x(epoch):.1f}" cy="{self.y(value):.1f}" r="4"/>'

    def grid(self, step: float, as_percent: bool) -> str:
        """Return grid lines with their values, and the epochs below."""
        lines = []
        for value in np.arange(0, self.top + step / 2, step):
            y, shown = self.y(value), f"{100 * value:.0f} %" if as_percent else f"{value:g}"
            lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            lines.append(f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
        for epoch in _epoch_ticks(int(self.last)):
            y = HEIGHT - _BOTTOM + 17
            lines.append(f'<text x="{self.x(epoch):.1f}" y="{y}" text-anchor="middle">{epoch}</text>')
        middle = self.x((1 + self.last) / 2)
        return "".join(lines) + f'<text x="{middle:.1f}" y="{HEIGHT - 5}" text-anchor="middle">epoch</text>'
