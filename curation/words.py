"""Numbers, names, times and sizes in sentences."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

# Control characters but line breaks and tabs, and what turns the direction of letters: names come from files.
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its unit: `1 image`, `2,100 images`."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning and a full stop at its end; nothing stays nothing."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def first_few(names: Sequence[str]) -> str:
    """Return the first three names: `a, b, c, …`."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def duration(seconds: float, rough: bool = False) -> str:
    """Return a time in a readable unit: `1.2 s`, `161 s`, `60 min`; `5 s`, `90 s`, `3 min` if only roughly known."""
    if seconds >= (90 if rough else 600):
        return f"{seconds / 60:,.0f} min"
    if rough:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{seconds:,.{1 if seconds < 10 else 0}f} s"


def file_size(n_bytes: float) -> str:
    """Return a size in a readable unit: `12 KB`, `4.2 MB`, `7.2 GB`; 1 KB is 1,000 bytes."""
    for unit, decimals in (("B", 0), ("KB", 0), ("MB", 1)):
        if n_bytes < 1000:
            return f"{n_bytes:.{decimals}f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:,.1f} GB"


def utc_text(moment: datetime) -> str:
    """Return a time in UTC, as decisions store it; a time without a zone is taken as local."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def visible(text: str) -> str:
    r"""Return a text whose control characters are written out, as `\x1b`; line breaks and tabs stay."""
    if text.isprintable():  # as nearly all are
        return text
    return COMMANDING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
