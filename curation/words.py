"""Numbers, lists and times in sentences."""

from collections.abc import Sequence
from datetime import UTC, datetime


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its unit: `1 image`, `2,100 images`."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def listed(parts: list[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def first_few(names: Sequence[str]) -> str:
    """Return the first three names: `a, b, c, …`."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def utc_text(moment: datetime) -> str:
    """Return a time in UTC, as decisions store it; a time without a zone is taken as local."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
