"""Lines over common axes as SVG: learning curves in reports, comparisons and screens, and what a review finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from markupsafe import Markup

from curation.reports.templates import render

Point = tuple[float, float]
_NAME_HEIGHT = 13  # px between two names at the ends of lines


@dataclass(frozen=True)
class Line:
    """One line of a chart."""

    name: str  # a browser shows it under the mouse
    points: Sequence[Point]  # by rising x
    kind: str = ""  # CSS classes: the style sheet of the page gives them colours and dashes
    marked: Sequence[Point] = ()  # drawn as dots

    @property
    def dots(self) -> Sequence[Point]:
        """The points drawn as dots; a line of one point would not be seen otherwise."""
        return self.points if len(self.points) == 1 else self.marked


@dataclass(frozen=True)
class Sheet:
    """Size and margins of a chart in px; charts scale with the page."""

    width: int = 520
    height: int = 250
    left: int = 46
    right: int = 70  # room for the names at the ends of the lines
    top: int = 14
    bottom: int = 40


def line_chart(
    lines: Sequence[Line],
    x_label: str,
    y_label: str = "",
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    percent: bool = False,
    whole: bool = False,
    band: Sequence[tuple[float, float, float]] = (),
    end_names: Mapping[str, str] | None = None,
    sheet: Sheet = Sheet(),
) -> Markup:
    """Return what a chart draws on its sheet, without the `svg` element around it; empty without any point.

    Args:
        lines: what is drawn, the last one on top.
        x_label: what the horizontal axis counts, in whole numbers.
        y_label: what the vertical axis shows, with its unit; empty where a caption says it.
        x_range: the ends of the horizontal axis; those of the data by default.
        y_range: numbers that the vertical axis must hold, values beyond it are cut off; 0 and the data by default.
        percent: whether y is a share, written in per cent.
        whole: whether y counts things, so that no tick lies between two numbers.
        band: x, low and high of an uncertain range, drawn under the lines.
        end_names: kind -> a name written at the end of the lines of that kind.
        sheet: size and margins.
    """
    points = [point for line in lines for point in line.points]
    if not points:
        return Markup()
    x_values = [x for x, _ in points] + [x for x, _, _ in band]
    y_values = [y for _, y in points] + [bound for _, low, high in band for bound in (low, high)]
    y_ticks = round_ticks(*(y_range or (min(*y_values, 0), max(y_values))), whole)
    axes = _Axes(*(x_range or (min(x_values), max(x_values))), y_ticks[0], y_ticks[-1], sheet)
    return render(
        "curation/reports/templates/line_chart.svg",
        sheet=sheet,
        axes=axes,
        x_label=x_label,
        y_label=y_label,
        x_ticks=[(value, f"{value:,}") for value in _whole_ticks(axes.x_low, axes.x_high)],
        y_ticks=[(value, f"{100 * value:g} %" if percent else f"{value:,.10g}") for value in y_ticks],
        lines=[line for line in lines if line.points],
        band=[(x, high) for x, _, high in band] + [(x, low) for x, low, _ in reversed(band)],
        ends=_placed_names(lines, end_names or {}, axes),
    )


@dataclass(frozen=True)
class _Axes:
    """Where numbers lie on the sheet, in px."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    sheet: Sheet

    def x(self, value: float) -> float:
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1)
        return round(self.sheet.left + share * (self.sheet.width - self.sheet.left - self.sheet.right), 1)

    def y(self, value: float) -> float:
        share = min(1.0, (value - self.y_low) / (self.y_high - self.y_low))
        return round(self.sheet.height - self.sheet.bottom - share * self._plot_height, 1)

    @property
    def _plot_height(self) -> int:
        return self.sheet.height - self.sheet.top - self.sheet.bottom


def round_ticks(low: float, high: float, whole: bool = False) -> list[float]:
    """Return at most seven numbers that hold low and high between them, a round step apart.

    Args:
        low: the lowest number on the axis.
        high: the highest.
        whole: whether only whole numbers are allowed.
    """
    spread = (high - low) or max(abs(high), 1.0)
    size = 10.0 ** floor(log10(spread / 5))
    factors = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
    step = next(size * factor for factor in factors if size * factor * 5.001 >= spread)
    step = max(step, 1.0) if whole else step
    first = floor(low / step + 1e-9)
    count = 1
    while (first + count) * step < high - 1e-6 * step:
        count += 1
    return [(first + place) * step for place in range(count + 1)]


def _whole_ticks(low: float, high: float) -> list[int]:
    """Return at most ten whole numbers from low to high; with the first epoch, where an axis begins there."""
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    step = next(step for step in steps if step * 8 >= high - min(low, 0))
    multiples = [value for value in range(0, floor(high) + 1, step) if value >= low]
    return [1, *multiples] if low == 1 and step > 2 else multiples


def _placed_names(lines: Sequence[Line], names: Mapping[str, str], axes: _Axes) -> list[tuple[str, str, float, float]]:
    """Return kind, name, x and y of the name at the end of each bundle of lines; names do not cover each other."""
    ends = {kind: [line.points[-1] for line in lines if line.kind == kind and line.points] for kind in names}
    means = {kind: float(np.mean([value for _, value in points])) for kind, points in ends.items() if points}
    placed, y = [], -100.0
    for kind in sorted(means, key=lambda kind: -means[kind]):
        y = max(axes.y(means[kind]), y + _NAME_HEIGHT)
        placed.append((kind, names[kind], axes.x(max(x for x, _ in ends[kind])) + 7, round(y + 4, 1)))
    return placed
