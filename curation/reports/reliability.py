"""Reliability plots as SVG: whether a model is right as often as its confidence says."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from curation.reports.templates import render
from models.figures.metrics import wilson_interval


@dataclass(frozen=True)
class _Square:
    """Where shares in [0, 1] lie in the plot, in px: a square, below it a strip for the counts."""

    side: int = 300
    left: int = 66
    top: int = 12
    strip: int = 56

    @property
    def width(self) -> int:
        return self.left + self.side + 20

    @property
    def height(self) -> int:
        return self.foot + 66

    @property
    def foot(self) -> int:
        return self.top + self.side + self.strip

    def x(self, share: float) -> float:
        return round(self.left + share * self.side, 1)

    def y(self, share: float) -> float:
        return round(self.top + (1 - share) * self.side, 1)


_SQUARE = _Square()


def reliability_plot(bins: list[dict[str, Any]], seeds: int, title: str) -> Markup:
    """Return the line of perfect calibration, a dot with its interval for each bin, and the counts below.

    Args:
        bins: as `models.figures.calibration.reliability_bins` returns them, perhaps added up over seeds.
        seeds: how many seeds were added up; they judge the same images, so the intervals are those of one seed.
        title: whose plot this is, for screen readers.
    """
    filled = [row for row in bins if row["n"]]
    most = max((row["n"] for row in filled), default=1)
    return render(
        "curation/reports/templates/reliability.svg",
        square=_SQUARE,
        title=title,
        bins=[(row, *_interval(row, seeds), _count_px(row["n"] / most)) for row in filled],
    )


def _count_px(share: float) -> float:
    return max(1.0, round(share * (_SQUARE.strip - 10), 1))


def _interval(row: dict[str, Any], seeds: int) -> tuple[float, float]:
    n = max(1, round(row["n"] / seeds))
    return wilson_interval(row["accuracy"] * n, n)
