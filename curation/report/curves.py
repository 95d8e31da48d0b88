"""Learning curves as inline SVG."""

from typing import Any

import numpy as np

Curves = dict[str, list[dict[str, float | None]]]  # fold -> its epochs
Line = list[tuple[float, float]]  # (epoch, value)

_WIDTH, _HEIGHT = 520, 250  # px
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 70, 14, 40  # margins, px; the lines are named on the right
_NAMES = {"train": "training", "val": "inner split"}


def curves_plot(curves: Curves, quantity: str, title: str) -> str:
    """Return a plot of `accuracy` or `loss` against the epoch: for each fold a training and an inner-split line."""
    drawn = {part: _lines(curves, f"{part}_{quantity}") for part in _NAMES}
    points = [point for lines in drawn.values() for line in lines for point in line]
    if not points:
        return ""
    highest = max(value for _, value in points)
    step = 0.25 if quantity == "accuracy" else float(np.select([highest <= 1, highest <= 2.5], [0.25, 0.5], 1.0))
    plot = _Plot(max(epoch for epoch, _ in points), 1.0 if quantity == "accuracy" else step * np.ceil(highest / step))
    body = [plot.grid(step, as_percent=quantity == "accuracy")]
    for part, lines in drawn.items():
        body += [f'<polyline class="{part}" points="{" ".join(plot.at(*point) for point in line)}"/>' for line in lines]
    body += [plot.dot(*point) for point in _kept(curves, f"val_{quantity}")]
    body.append(_names(drawn, plot))
    return (
        f'<figure><figcaption>{title}</figcaption><svg class="curves" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{title} of each fold against the epoch">{"".join(body)}</svg></figure>'
    )


def _lines(curves: Curves, name: str) -> list[Line]:
    """Return the line of each fold that has the figure."""
    lines = [_line(epochs, name) for epochs in curves.values()]
    return [line for line in lines if line]


def _line(epochs: list[dict[str, Any]], name: str) -> Line:
    return [(epoch["epoch"], epoch[name]) for epoch in epochs if epoch.get(name) is not None]


def _kept(curves: Curves, name: str) -> Line:
    """Return the point of the epoch each fold kept: the last one of the lowest loss on its inner split."""
    kept = []
    for epochs in curves.values():
        losses = _line(epochs, "val_loss")
        if losses:
            best = min(losses, key=lambda point: (point[1], -point[0]))[0]
            kept += [point for point in _line(epochs, name) if point[0] == best]
    return kept


def _names(drawn: dict[str, list[Line]], plot: "_Plot") -> str:
    """Return a name at the end of each bundle of lines, kept apart."""
    ends = {part: float(np.mean([line[-1][1] for line in lines])) for part, lines in drawn.items() if lines}
    placed, previous = [], -100.0
    for part, value in sorted(ends.items(), key=lambda end: -end[1]):
        previous = max(plot.y(value), previous + 13)
        placed.append(f'<text class="{part}" x="{_WIDTH - _RIGHT + 7}" y="{previous + 4:.1f}">{_NAMES[part]}</text>')
    return "".join(placed)


class _Plot:
    """Where an epoch (from 1) and a value (from 0) lie in the picture."""

    def __init__(self, last: float, top: float):
        self.last, self.top = last, top

    def x(self, epoch: float) -> float:
        return _LEFT + (epoch - 1) / max(1, self.last - 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (1 - value / self.top) * (_HEIGHT - _TOP - _BOTTOM)

    def at(self, epoch: float, value: float) -> str:
        return f"{self.x(epoch):.1f},{self.y(value):.1f}"

    def dot(self, epoch: float, value: float) -> str:
        return f'<circle cx="{self.x(epoch):.1f}" cy="{self.y(value):.1f}" r="4"/>'

    def grid(self, step: float, as_percent: bool) -> str:
        """Return grid lines with their values, and the epochs below."""
        lines = []
        for value in np.arange(0, self.top + step / 2, step):
            y, shown = self.y(value), f"{100 * value:.0f} %" if as_percent else f"{value:g}"
            lines.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            lines.append(f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
        for epoch in sorted({1, round((1 + self.last) / 2), int(self.last)}):
            y = _HEIGHT - _BOTTOM + 17
            lines.append(f'<text x="{self.x(epoch):.1f}" y="{y}" text-anchor="middle">{epoch}</text>')
        middle = self.x((1 + self.last) / 2)
        return "".join(lines) + f'<text x="{middle:.1f}" y="{_HEIGHT - 5}" text-anchor="middle">epoch</text>'
