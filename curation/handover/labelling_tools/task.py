"""An image of the review queue as a task of another tool."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """An image to judge."""

    image_id: str
    path: Path  # of the file
    size_px: tuple[int, int]  # width, height
    label: str  # as given
    suggested: str  # class that the models suggest; the given one where they agree with it
    confidence: float  # in [0, 1], of the suggested class
