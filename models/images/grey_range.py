"""The range of grey levels that a data set is known to use, and how it stands in the key of an image's content."""

import math
import re
from dataclasses import dataclass

_WORD = "grey"
_OUTSIDE = ", mostly outside"
_IN_KEY = re.compile(rf"-{_WORD}-(\S+?)-to-([^\s,]+)")


@dataclass(frozen=True)
class GreyRange:
    """Values of the files that are shown black and white, of images of more than 8 bits.

    Raises:
        ValueError: they are not finite, or not in order.
    """

    low: float  # black
    high: float  # white

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError("two numbers, the lower one first")

    def __str__(self) -> str:
        return f"{self.low:.12g} to {self.high:.12g}"

    def reading(self, outside: bool = False) -> str:
        """Return the word for an image that was read by this range.

        Args:
            outside: whether most of its values lie outside.
        """
        return f"{_WORD} {self}{_OUTSIDE if outside else ''}"

    @classmethod
    def of_content(cls, content: str) -> "GreyRange | None":
        """Return the range by which the image of a key (see `CheckedRows.contents`) was read; None without one."""
        said = _IN_KEY.search(content)
        return cls(float(said[1]), float(said[2])) if said else None


def range_of_reading(reading: str) -> tuple[str, bool] | None:
    """Return the range that a reading names, and whether the image lies mostly outside; None for other readings."""
    if not reading.startswith(f"{_WORD} "):
        return None
    return reading.removeprefix(f"{_WORD} ").removesuffix(_OUTSIDE), reading.endswith(_OUTSIDE)
