"""Which classes are found and which are taken for another."""

from typing import Any

from curation.reports.html import percent, section, swatch, table, text
from curation.reports.matrix import commonest_list, confusion_matrix, fits, matrix_legend, worst_confusion
from curation.reports.training.words import number, plus_minus


def confusion_section(figures: dict[str, Any]) -> str:
    """Return a confusion matrix for each split, shaded on one scale."""
    splits, classes = figures["splits"], figures["classes"]
    if not splits:
        return ""
    scale = worst_confusion([own["confusion"] for own in splits.values()])
    blocks = []
    for split, own in splits.items():
        matrix = (
            f'<div class="scroll">{confusion_matrix(own["confusion"], classes, scale)}</div>' if fits(classes) else ""
        )
        blocks.append(
            f"<div class=matrix><h3>{split} <span>n = {_n(own)}</span></h3>{matrix}"
            f"{commonest_list(own['confusion'], classes)}</div>"
        )
    legend = matrix_legend(scale, classes)
    return section("confusion", "Confusion", legend, f'<div class="matrices">{"".join(blocks)}</div>')


def _n(own: dict[str, Any]) -> str:
    if own["seeds"] == 1:
        return f"{own['n']:,}"
    return f"{own['n']:,}, the counts of {own['seeds']} seeds added up"


def classes_section(figures: dict[str, Any]) -> str:
    """Return precision, recall and F1 of each class; the first split open, the other folded."""
    blocks = [
        f"<details{' open' if place == 0 else ''}><summary><h3>{split}</h3> <span>n = {own['n']:,}</span></summary>"
        f"{_table(own, figures['classes'])}</details>"
        for place, (split, own) in enumerate(figures["splits"].items())
    ]
    if not blocks:
        return ""
    lead = (
        "<p class=lead><b>Recall</b>: of the images with this given label, the share so predicted. <b>Precision</b>: "
        "of the images so predicted, the share with this label. <b>F1</b>: their harmonic mean.</p>"
    )
    return section("classes", "Classes", lead, *blocks)


def _table(own: dict[str, Any], classes: list[str]) -> str:
    binary = own["auroc"] is not None and own["auroc"]["kind"] == "binary"
    areas = own["auroc"] is not None and not binary
    rows = [
        [
            swatch(one["class"], classes),
            f"{one['support']:,}",
            *(_meter(one[name]) for name in ("recall", "precision", "f1")),
            *([number(one["auroc"], 3)] if areas else []),
        ]
        for one in own["per_class"]
    ]
    head = ["given label", "images", "recall", "precision", "F1", *(["AUROC against the rest"] if areas else [])]
    return table(head, rows, numeric=(1, 5), name="wide")


def _meter(spread: dict[str, Any] | None) -> str:
    """Return a share with its length beside it."""
    if spread is None:
        return percent(None)
    filled = f'<i style="width:{100 * spread["mean"]:.1f}%"></i>'
    return f'<span class="meter"><b>{text(plus_minus(spread))}</b><span class="bar">{filled}</span></span>'
