"""Figures and settings as text: shares, intervals, means over the seeds, counts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

NOT_KNOWN = "–"  # noqa: RUF001


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share of [0, 1] as a percentage: `12.5 %`; a dash for None."""
    return NOT_KNOWN if share is None else f"{100 * share:.{decimals}f} %"


def interval(figures: Mapping[str, Any]) -> str:
    """Return the 95 % interval of a share, from its `low` and `high` in [0, 1]: `81.2 to 90.4 %`."""
    return f"{100 * figures['low']:.1f} to {100 * figures['high']:.1f} %"


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with commas between thousands: `2,100`; a dash for None."""
    return NOT_KNOWN if value is None else f"{value:,.{decimals}f}"


def mean_percent(spread: dict[str, Any] | None, decimals: int = 1) -> str:
    """Return a mean share as a percentage, with its standard deviation (`std`) where there are several seeds."""
    if spread is None:
        return NOT_KNOWN
    deviation = "" if spread["std"] is None else f" ± {100 * spread['std']:.{decimals}f}"
    return f"{100 * spread['mean']:.{decimals}f}{deviation} %"


def mean_number(spread: dict[str, Any] | None, decimals: int) -> str:
    """Return a mean figure, with its standard deviation (`std`) where there are several seeds."""
    if spread is None:
        return NOT_KNOWN
    deviation = "" if spread["std"] is None else f" ± {spread['std']:,.{decimals}f}"
    return f"{spread['mean']:,.{decimals}f}{deviation}"


def short_count(count: int) -> str:
    """Return a count in three digits: `72.9k`, `23.5M`."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if count >= 0.9995 * size:  # three digits would show it as 1,000 of the smaller unit
            return f"{count / size:,.0f}{unit}" if count >= 100 * size else f"{count / size:.3g}{unit}"
    return str(count)


def setting_text(value: object) -> str:
    """Return a setting as text: a list without its brackets."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def lowest_tick(lows: Sequence[float]) -> float:
    """Return where the scale of interval charts begins: the tenth below all intervals, at most 0.9."""
    return min(0.9, math.floor(10 * min(lows)) / 10)
