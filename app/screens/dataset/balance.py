"""How many images each class has in each split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.html_parts.templates import macros
from curation.datasets.rows import SPLITS, Rows

MOST = 100  # classes that are shown; of more, the largest and the smallest
Counts = Mapping[str, Mapping[str, int]]  # split -> class -> images
_HTML = macros(__file__)


@dataclass(frozen=True)
class _Cell:
    """The images of a class in a split."""

    n: int
    length: float  # of the bar, in [0, 1]
    change: int  # to the labels as given
    share: float | None  # of the images of the split; None: it has no image


def counts_of(rows: Rows) -> dict[str, dict[str, int]]:
    """Return split -> class -> images, in the order train, val, test."""
    counts = {}
    for split in SPLITS:
        if split in rows.splits:
            numbers = np.bincount(rows.labels[rows.splits == split], minlength=len(rows.classes)).tolist()
            counts[split] = dict(zip(rows.classes, numbers, strict=True))
    return counts


def balance_table(counts: Counts, before: Counts | None = None) -> Markup:
    """Return a bar, the number and the share of each class in each split; bars of a split are in one scale.

    Args:
        counts: of the version shown.
        before: of the labels as given, where another version is shown: differences stand beside the numbers.
    """
    heads = [(split, sum(images.values()), _balance(images)) for split, images in counts.items()]
    classes = list(dict.fromkeys(name for images in counts.values() for name in images))
    shown = _largest_and_smallest(classes, counts) if len(classes) > MOST else classes
    lines = [
        (name, [_cell(images, name, (before or {}).get(split)) for split, images in counts.items()]) for name in shown
    ]
    return _HTML.balance(heads, lines, MOST // 2, len(classes) - len(shown))


def _largest_and_smallest(classes: Sequence[str], counts: Counts) -> list[str]:
    """Return the MOST / 2 classes with the most images, and the MOST / 2 with the fewest, most images first."""
    by_size = sorted(classes, key=lambda name: -sum(images.get(name, 0) for images in counts.values()))
    return by_size[: MOST // 2] + by_size[-(MOST // 2) :]


def _cell(images: Mapping[str, int], name: str, before: Mapping[str, int] | None) -> _Cell:
    n, most, total = images.get(name, 0), max(images.values(), default=0), sum(images.values())
    change = n - before.get(name, 0) if before is not None else 0
    return _Cell(n, n / most if most else 0.0, change, n / total if total else None)


def _balance(images: Mapping[str, int]) -> str:
    """Return in words how much larger the largest class is than the smallest."""
    least, most = min(images.values(), default=0), max(images.values(), default=0)
    if not least:
        return f", {sum(not n for n in images.values())} of {len(images)} classes without an image"
    return f", largest class {most / least:.1f} times the smallest" if most > 1.05 * least else ", balanced"
