"""Learning curves and confusions as pictures of their own, for documents and slides."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from curation.reports.curves import SHEET, curves_drawing
from curation.reports.frame import style_sheet
from curation.reports.matrix import fits, matrix_cells, worst_confusion
from curation.reports.templates import render
from curation.reports.training.page import CURVE_NAMES, curves_of, last_epoch

_STYLE = Path(__file__).with_name("picture.css")
_CELL, _ROW, _HEAD, _PAD = 62, 32, 62, 20  # px, as on the page; a cell is wider for longer class names
_LETTER = 7.2  # px, the widest usual letter of the text


def curves_svg(figures: dict[str, Any]) -> str:
    """Return accuracy and loss against the epoch, side by side, of all seeds; empty before the first epoch ends."""
    curves, last = curves_of(figures), last_epoch(figures)
    drawings = [
        (title, drawing, _PAD + place * (SHEET.width + _PAD))
        for place, (quantity, title) in enumerate((("accuracy", "Accuracy"), ("loss", "Loss, nats")))
        if (drawing := curves_drawing(curves, quantity, "seed", CURVE_NAMES, last))
    ]
    if not drawings:
        return ""
    body = render("curation/reports/training/templates/curves.svg", drawings=drawings)
    return _picture(2 * SHEET.width + 3 * _PAD, SHEET.height + 40, f"Learning curves of {_name(figures)}", body)


def confusion_svg(figures: dict[str, Any]) -> str:
    """Return the confusion matrix of the test images, else of the validation images: row = given label.

    The counts of several seeds are added up; empty before a run is finished, and for more classes than can be read.
    """
    classes = figures["classes"]
    if not figures["splits"] or not fits(classes):
        return ""
    split, summary = next(iter(figures["splits"].items()))
    seeds = f", {summary['seeds']} seeds added up" if summary["seeds"] > 1 else ""
    title = f"{split} images, n = {summary['n']:,}{seeds}"
    longest = _LETTER * max(len(name) for name in classes)
    left, cell = _PAD + max(132.0, longest + 10), max(_CELL, round(longest) + 8)
    counts = summary["confusion"]
    body = render(
        "curation/reports/training/templates/confusion.svg",
        title=title,
        classes=classes,
        cells=matrix_cells(counts, classes, worst_confusion([counts])),
        px={"left": left, "cell": cell, "row": _ROW, "head": _HEAD, "pad": _PAD},
    )
    width = max(left + len(classes) * cell, _PAD + 1.2 * _LETTER * len(title)) + _PAD  # the title is bold and larger
    height = _HEAD + 24 + len(classes) * _ROW + _PAD
    return _picture(width, height, f"Confusion matrix of {_name(figures)}", body)


def _name(figures: dict[str, Any]) -> str:
    return str(figures["recipe"] or figures["group"])


def _picture(width: float, height: float, title: str, body: Markup) -> str:
    picture = render(
        "curation/reports/training/templates/picture.svg",
        width=width,
        height=height,
        title=title,
        style=style_sheet(_STYLE),
        body=body,
    )
    return f"{picture}\n"
