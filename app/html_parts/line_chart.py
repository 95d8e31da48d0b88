"""Lines over a common axis as an SVG image: drawn at once, light or dark as the page is, needs no library."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from curation.palette import PALETTE

_WIDTH, _HEIGHT = 640, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 26, 40
_STEPS = (1, 2, 5, 10)
Point = tuple[float, float]
GIVEN, OTHER = "var(--given)", "var(--other)"  # colours of style.css
# An image is a document of its own, which knows the page's colour scheme and none of its variables.
_STYLE = (
    "<style>svg{--ink:#1f1d1a;--given:#a83a1a;--other:#0b6673;font:12px 'Source Sans Pro',sans-serif}"
    "@media (prefers-color-scheme:dark){svg{--ink:#ecebe6;--given:#f39a72;--other:#6cc5d1}}"
    "text{fill:var(--ink);opacity:.68}line{stroke:var(--ink);opacity:.16}polygon{fill:var(--ink);opacity:.1}</style>"
)
_OF_PAGE = {GIVEN: "var(--er-given)", OTHER: "var(--er-other)"}


@dataclass(frozen=True)
class Line:
    """One line of a chart."""

    name: str
    points: Sequence[Point]  # by rising x
    dashed: bool = False
    colour: str = ""  # of CSS; by its place in the palette where empty


def line_chart(
    lines: Sequence[Line],
    x_label: str,
    y_label: str,
    band: Sequence[tuple[float, float, float]] = (),
    percent: bool = False,
    whole: bool = False,
) -> str:
    """Return a chart of lines, a legend under it; empty without any point.

    Args:
        lines: what is drawn, the last one on top.
        x_label: what the horizontal axis counts.
        y_label: what the vertical axis shows, with its unit.
        band: x, low and high of an uncertain range, drawn under the lines.
        percent: whether y is a share, written in per cent.
        whole: whether y counts things, so that no tick lies between two numbers.
    """
    points = [point for line in lines for point in line.points]
    if not points:
        return ""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    xs += [x for x, _, _ in band]
    ys += [bound for _, low, high in band for bound in (low, high)]
    x_ticks = _ticks(min(xs), max(xs), whole=True)
    y_ticks = _ticks(min(*ys, 0) if not percent else min(ys), max(ys), whole)
    frame = _Frame(min(xs), max(xs), y_ticks[0], y_ticks[-1])
    drawn = [_band(band, frame)] if band else []
    drawn += [_line(line, _colour(line, place), frame) for place, line in enumerate(lines) if line.points]
    about = f"{escape(y_label)} over {escape(x_label)}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">{_STYLE}'
        f"{_axes(frame, x_ticks, y_ticks, percent)}{''.join(drawn)}"
        f'<text x="2" y="10">{escape(y_label)}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{escape(x_label)}</text></svg>'
    )
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return f'<figure class="er-chart"><img src="{source}" alt="{about}">{_legend(lines)}</figure>'


@dataclass(frozen=True)
class _Frame:
    """Where numbers lie on the paper."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / ((self.y_high - self.y_low) or 1)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)


def _ticks(low: float, high: float, whole: bool = False) -> list[float]:
    """Return about five round numbers that hold low and high between them."""
    spread = (high - low) or max(abs(high), 1.0)
    size = 10.0 ** floor(log10(spread / 4))
    step = next(size * one for one in _STEPS if size * one * 4.001 >= spread)
    step = max(step, 1.0) if whole else step
    first = floor(low / step + 1e-9)
    count = 1
    while (first + count) * step < high - 1e-9 * step:
        count += 1
    return [(first + place) * step for place in range(count + 1)]


def _axes(frame: _Frame, x_ticks: Sequence[float], y_ticks: Sequence[float], percent: bool) -> str:
    parts = []
    for value in y_ticks:
        y, shown = frame.y(value), f"{100 * value:g} %" if percent else f"{value:,.10g}"
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{shown}</text>')
    for value in x_ticks:
        if frame.x_low <= value <= frame.x_high:
            x = frame.x(value)
            parts.append(f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 17}" text-anchor="middle">{value:,.10g}</text>')
    return "".join(parts)


def _line(line: Line, colour: str, frame: _Frame) -> str:
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    if len(places) == 1:
        return f'<circle cx="{places[0][0]}" cy="{places[0][1]}" r="3.5" fill="{colour}"/>'
    path = " ".join(f"{x},{y}" for x, y in places)
    dashes = ' stroke-dasharray="5 5"' if line.dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _band(band: Sequence[tuple[float, float, float]], frame: _Frame) -> str:
    upper = [f"{frame.x(x)},{frame.y(high)}" for x, _, high in band]
    lower = [f"{frame.x(x)},{frame.y(low)}" for x, low, _ in reversed(band)]
    return f'<polygon points="{" ".join([*upper, *lower])}"/>'


def _colour(line: Line, place: int) -> str:
    return line.colour or PALETTE[place % len(PALETTE)]


def _on_page(colour: str) -> str:
    return _OF_PAGE.get(colour, colour)


def _legend(lines: Sequence[Line]) -> str:
    if len(lines) < 2:
        return ""
    items = "".join(
        f'<span><i class="er-{"dashed" if line.dashed else "solid"}" '
        f'style="color:{_on_page(_colour(line, place))}"></i>{escape(line.name)}</span>'
        for place, line in enumerate(lines)
    )
    return f"<figcaption>{items}</figcaption>"
