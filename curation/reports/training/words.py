"""Figures of several seeds as text."""

from typing import Any

from curation.reports.html import percent


def plus_minus(spread: dict[str, Any] | None, decimals: int = 1) -> str:
    """Return a mean share as a percentage, with its standard deviation over the seeds where there are several."""
    if spread is None:
        return percent(None)
    around = "" if spread["std"] is None else f" ± {100 * spread['std']:.{decimals}f}"
    return f"{100 * spread['mean']:.{decimals}f}{around} %"


def number(spread: dict[str, Any] | None, decimals: int) -> str:
    """Return a mean figure, with its standard deviation over the seeds where there are several."""
    if spread is None:
        return percent(None)
    around = "" if spread["std"] is None else f" ± {spread['std']:,.{decimals}f}"
    return f"{spread['mean']:,.{decimals}f}{around}"


def seconds(value: float) -> str:
    """Return a time as it is best read."""
    return f"{value:,.1f} s" if value < 10 else f"{value:,.0f} s" if value < 600 else f"{value / 60:,.0f} min"


def short_count(count: int) -> str:
    """Return a count in three digits: `72.9k`, `23.5M`."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if count >= 0.9995 * size:  # three digits would show it as 1,000 of the smaller unit
            return f"{count / size:,.0f}{unit}" if count >= 100 * size else f"{count / size:.3g}{unit}"
    return str(count)
