"""Learning curves and confusions as pictures of their own, for documents and slides."""

from pathlib import Path
from typing import Any

from curation.reports.curves import SHEET, curves_drawing
from curation.reports.html import text
from curation.reports.matrix import MAX_MATRIX_CLASSES, shares, worst_confusion
from curation.reports.training.page import CURVE_NAMES, curves_of, last_epoch

_STYLE = Path(__file__).with_name("picture.css")
_CELL, _ROW, _HEAD, _PAD = 62, 32, 62, 20  # px, as on the page; a cell is wider for longer class names
_LETTER = 7.2  # px, the widest usual letter of the text


def curves_svg(figures: dict[str, Any]) -> str:
    """Return accuracy and loss against the epoch, side by side, of all seeds; empty before the first epoch ends."""
    curves, last = curves_of(figures), last_epoch(figures)
    parts = []
    for place, (quantity, title) in enumerate((("accuracy", "Accuracy"), ("loss", "Loss, nats"))):
        body = curves_drawing(curves, quantity, "seed", CURVE_NAMES, last)
        if body:
            named = f'<text class="title" x="4" y="0">{title}</text>'
            parts.append(f'<g transform="translate({_PAD + place * (SHEET.width + _PAD)} 30)">{named}{body}</g>')
    if not parts:
        return ""
    name = f"Learning curves of {figures['recipe'] or figures['group']}"
    return _picture(2 * SHEET.width + 3 * _PAD, SHEET.height + 40, name, "".join(parts))


def confusion_svg(figures: dict[str, Any]) -> str:
    """Return the confusion matrix of the test images, else of the validation images: row = given label.

    The counts of several seeds are added up; empty before a run is finished, and for more classes than can be read.
    """
    classes = figures["classes"]
    if not figures["splits"] or len(classes) > MAX_MATRIX_CLASSES:
        return ""
    split, own = next(iter(figures["splits"].items()))
    longest = _LETTER * max(len(name) for name in classes)
    left, cell = _PAD + max(132.0, longest + 10), max(_CELL, round(longest) + 8)
    width, height = left + len(classes) * cell + _PAD, _HEAD + 24 + len(classes) * _ROW + _PAD
    seeds = f", {own['seeds']} seeds added up" if own["seeds"] > 1 else ""
    title = f'<text class="title" x="{_PAD}" y="26">{split} images, n = {own["n"]:,}{seeds}</text>'
    body = "".join(_line(row, own["confusion"], classes, left, cell) for row in range(len(classes)))
    heads = "".join(
        f'<text x="{left + (column + 0.5) * cell}" y="{_HEAD + 14}" text-anchor="middle">{text(name)}</text>'
        for column, name in enumerate(classes)
    )
    corner = f'<text x="{left - 10}" y="{_HEAD + 14}" text-anchor="end">given ↓ predicted →</text>'
    name = f"Confusion matrix of {figures['recipe'] or figures['group']}"
    return _picture(width, height, name, title + corner + heads + body)


def _line(row: int, counts: list[list[int]], classes: list[str], left: float, cell: int) -> str:
    own, scale = shares(counts), worst_confusion([counts])
    y = _HEAD + 24 + row * _ROW
    parts = [f'<text x="{left - 10}" y="{y + 20}" text-anchor="end">{text(classes[row])}</text>']
    for column, count in enumerate(counts[row]):
        share = float(own[row, column])
        kind, depth = ("same", 0.45 * share) if row == column else ("other", 0.75 * share / scale if scale else 0.0)
        box = f'x="{left + column * cell + 1}" y="{y + 1}" width="{cell - 2}" height="{_ROW - 2}"'
        shown = "count" if count else "none"
        parts.append(
            f'<rect class="cell" {box}/><rect class="{kind}" {box} fill-opacity="{depth:.3f}"/>'
            f'<text class="{shown}" x="{left + (column + 0.5) * cell}" y="{y + 21}" text-anchor="middle">'
            f"{count}</text>"
        )
    return "".join(parts)


def _picture(width: float, height: float, name: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{text(name)}</title><style>{_STYLE.read_text(encoding="utf-8")}</style>'
        f'<rect class="sheet" width="{width}" height="{height}"/>{body}</svg>\n'
    )
