"""How many images each class has in each split."""

from collections.abc import Mapping
from html import escape

import numpy as np

from curation.datasets.rows import SPLITS, Rows

Counts = Mapping[str, Mapping[str, int]]  # split -> class -> images


def counts_of(rows: Rows) -> dict[str, dict[str, int]]:
    """Return split -> class -> images, in the order train, val, test."""
    return {
        split: dict(
            zip(
                rows.classes,
                np.bincount(rows.labels[rows.splits == split], minlength=len(rows.classes)).tolist(),
                strict=True,
            )
        )
        for split in SPLITS
        if split in rows.splits
    }


def balance_table(counts: Counts, before: Counts | None = None) -> str:
    """Return a bar, the number and the share of each class in each split; bars of a split are in one scale.

    Args:
        counts: of the version shown.
        before: of the labels as given, where another version is shown: differences stand beside the numbers.
    """
    classes = list(dict.fromkeys(name for own in counts.values() for name in own))
    head = "".join(
        f"<th>{split} <small>n = {sum(own.values()):,}{_balance(own)}</small></th>" for split, own in counts.items()
    )
    lines = "".join(
        f"<tr><th>{escape(name)}</th>"
        + "".join(_cell(own, name, (before or {}).get(split)) for split, own in counts.items())
        + "</tr>"
        for name in classes
    )
    return f'<table class="er-balance"><tr><td>class</td>{head}</tr>{lines}</table>'


def _cell(own: Mapping[str, int], name: str, before: Mapping[str, int] | None) -> str:
    n, most, every = own.get(name, 0), max(own.values(), default=0), sum(own.values())
    step = n - before.get(name, 0) if before is not None else 0
    change = f' <b class="er-step">{step:+,}</b>' if step else ""
    share = f"{n / every:.1%}" if every else "no image"
    return (
        f'<td><span class="er-count"><span class="er-track"><span style="width:{n / most if most else 0:.1%}"></span>'
        f"</span><span>{n:,}{change}</span><small>{share}</small></span></td>"
    )


def _balance(own: Mapping[str, int]) -> str:
    """Return by how much the largest class exceeds the smallest."""
    least, most = min(own.values(), default=0), max(own.values(), default=0)
    if not least:
        return f", {sum(not n for n in own.values())} of {len(own)} classes without an image"
    return f", largest class {most / least:.1f} times the smallest" if most > 1.05 * least else ", balanced"
