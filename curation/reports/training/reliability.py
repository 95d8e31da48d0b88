"""Whether the model is right as often as it says, as inline SVG."""

from typing import Any

from curation.reports.html import section
from curation.reports.training.words import plus_minus
from models.figures.metrics import wilson_interval

_SIDE, _LEFT, _TOP, _STRIP = 300, 66, 12, 56  # px: the square, its margins, the counts below
_WIDTH, _HEIGHT = _LEFT + _SIDE + 20, _TOP + _SIDE + _STRIP + 66


def reliability_section(figures: dict[str, Any]) -> str:
    """Return a reliability plot for each split with the calibration error it shows."""
    if not figures["splits"]:
        return ""
    lead = (
        "<p class=lead>Each dot holds the images whose predicted class has a confidence in one of 15 equal ranges: on "
        "the line the model is right as often as it says, below that too sure, above it not sure enough. Bars are "
        "95 % intervals; below, how many images lie in each range. <b>ECE</b> is the mean distance from the line, "
        "weighted by images (Guo et al. 2017).</p>"
    )
    plots = "".join(_figure(split, own) for split, own in figures["splits"].items())
    return section("calibration", "Calibration", lead, f'<div class="plots">{plots}</div>')


def _figure(split: str, own: dict[str, Any]) -> str:
    sure, right = own["confidence"]["mean"], own["accuracy"]["mean"]
    word = "surer than right" if sure > right else "less sure than right"
    facts = (
        f"ECE <b>{plus_minus(own['ece'])}</b> · mean confidence {100 * sure:.1f} %, accuracy {100 * right:.1f} %: "
        f"{100 * abs(sure - right):.1f} points {word}"
    )
    return (
        f'<figure><figcaption>{split} <span>n = {own["n"]:,}</span></figcaption><p class="note">{facts}</p>'
        f'<svg class="reliability" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Accuracy against '
        f'confidence, {split} images">{reliability_body(own["bins"], own["seeds"])}</svg></figure>'
    )


def reliability_body(bins: list[dict[str, Any]], seeds: int = 1) -> str:
    """Return the plot: the line of perfect calibration, a dot and its interval for each bin, the counts below.

    Args:
        bins: as `models.figures.calibration.reliability_bins` returns them, perhaps added up over seeds.
        seeds: how many seeds were added up: they judge the same images, so intervals are those of one seed.
    """
    filled = [own for own in bins if own["n"]]
    most = max((own["n"] for own in filled), default=1)
    corner = f'x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"'
    return "".join(
        [
            *_grid(),
            f'<line class="even" {corner}/>',
            f'<text x="{_x(0.04)}" y="{_y(0.93)}">not sure enough</text>',
            f'<text x="{_x(0.96)}" y="{_y(0.05)}" text-anchor="end">too sure</text>',
            *(_bin(own, seeds) for own in filled),
            *(_count(own, most) for own in filled),
        ]
    )


def _bin(own: dict[str, Any], seeds: int) -> str:
    n = max(1, round(own["n"] / seeds))
    low, high = wilson_interval(own["accuracy"] * n, n)
    x, y = _x(own["confidence"]), _y(own["accuracy"])
    title = (
        f"confidence {100 * own['low']:.0f} to {100 * own['high']:.0f} %: {own['n']:,} predictions, "
        f"{100 * own['accuracy']:.1f} % right"
    )
    return (
        f'<g><title>{title}</title><line class="range" x1="{x}" x2="{x}" y1="{_y(low)}" y2="{_y(high)}"/>'
        f'<circle class="dot" cx="{x}" cy="{y}" r="4.5"/></g>'
    )


def _count(own: dict[str, Any], most: int) -> str:
    height = max(1.0, round(own["n"] / most * (_STRIP - 10), 1))
    x, foot = _x(own["low"]) + 1, _TOP + _SIDE + _STRIP
    width = round(_SIDE * (own["high"] - own["low"]) - 2, 1)
    return (
        f'<rect class="count" x="{x}" y="{foot - height}" width="{width}" height="{height}" rx="1">'
        f"<title>{own['n']:,} predictions</title></rect>"
    )


def _grid() -> list[str]:
    foot = _TOP + _SIDE + _STRIP
    lines = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        lines.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick)}" y2="{_y(tick)}"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{_y(tick) + 4}" text-anchor="end">{100 * tick:.0f} %</text>')
        lines.append(f'<line class="grid" x1="{_x(tick)}" x2="{_x(tick)}" y1="{_TOP}" y2="{foot}"/>')
        lines.append(f'<text x="{_x(tick)}" y="{foot + 17}" text-anchor="middle">{100 * tick:.0f} %</text>')
    lines.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{foot}" y2="{foot}"/>')
    lines.append(f'<text x="{_x(0.5)}" y="{foot + 38}" text-anchor="middle">confidence</text>')
    lines.append(f'<text transform="translate(12 {_y(0.5)}) rotate(-90)" text-anchor="middle">accuracy</text>')
    return lines


def _x(share: float) -> float:
    return round(_LEFT + share * _SIDE, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _SIDE, 1)
