"""What a command under way says of itself, in words and figures."""

import re
import time

_STAGE = re.compile(r"(?P<stage>.+?)(?: …|: (?P<done>[\d,]+) of (?P<total>[\d,]+))")


def said_last(log: tuple[str, ...]) -> tuple[float, str]:
    """Return which share of its stage a command has done, as far as its log says, and the stage in words."""
    for line in reversed(log):
        if found := _STAGE.fullmatch(line):
            done, total = (int((found[name] or "0").replace(",", "")) for name in ("done", "total"))
            figures = f", {done:,} of {total:,}" if total else " …"
            return (min(1.0, done / total) if total else 0.0), f"{found['stage']}{figures}"
    return 0.0, "starting …"


def since(started: float) -> str:
    """Return how long ago a Unix time was, as minutes and seconds."""
    minutes, seconds = divmod(max(0, int(time.time() - started)), 60)
    return f"{minutes}:{seconds:02d} min"


def about_time(seconds: float) -> str:
    """Return a time that is only roughly known."""
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(5, round(seconds / 5) * 5)} s"
