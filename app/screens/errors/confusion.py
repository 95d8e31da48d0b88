"""Which classes each architecture confuses, and the images in a cell of its matrix."""

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from app.html_parts.labels import given_label, other_label
from app.html_parts.pages import Pages
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.html_parts.tiles import opinion_tile, strip
from app.panels.lists.to_review import review_button
from app.screens.errors.matrix import legend, matrix
from curation.reports.matrix import commonest, fits, worst_confusion
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.error_lists import cell_rows
from curation.review.judged import Judged
from curation.words import counted
from models.arrays import BoolArray, IntArray
from models.figures.metrics import confusion

PAGE = 27  # images of a cell: three lines at 1280 px
LISTED = 12  # confusions of each architecture where a matrix has too many classes
_CELLS = "Choose a cell to see its images. Beside the diagonal, the prediction or the label is wrong."
_PAIRS = "Given label → prediction, the commonest first. Choose a pair to see its images: either of the two is wrong."
_HTML = macros(__file__)


@dataclass(frozen=True)
class ChosenCell:
    """A cell of an architecture's matrix."""

    architecture: ArchitectureResult
    given: int
    predicted: int


def confusions(audit: Audit, in_split: BoolArray, split: str, judged: Judged) -> None:
    """Show a matrix for each architecture, all in one scale, and the images of the chosen cell.

    Args:
        audit: of N images.
        in_split: which rows belong to the split and pass the filters, shape (N,).
        split: its name.
        judged: the verdicts so far.
    """
    k, labels = len(audit.rows.classes), audit.rows.labels[in_split]
    counts = [
        confusion(labels, architecture.predictions.probs[in_split].argmax(1), k) for architecture in audit.architectures
    ]
    scale = worst_confusion(counts)
    cell = chosen_cell(audit)
    drawn = [
        _architecture(audit, architecture, matrix_counts, scale, cell)
        for architecture, matrix_counts in zip(audit.architectures, counts, strict=True)
    ]
    st.html(_HTML.matrices(drawn, legend(scale) if fits(audit.rows.classes) else ""))
    if cell is None:
        st.caption(_CELLS if fits(audit.rows.classes) else _PAIRS)
        return
    _images(
        audit,
        cell,
        cell_rows(audit.rows.labels, cell.architecture.predictions.probs, in_split, cell.given, cell.predicted),
        split,
        judged,
    )


def _architecture(
    audit: Audit, architecture: ArchitectureResult, counts: IntArray, scale: float, chosen: ChosenCell | None
) -> Markup:
    """Return the name, the accuracy and the matrix of an architecture; with too many classes, a list of confusions."""

    def choices(given: int, predicted: int) -> dict[str, str]:
        return {"of": architecture.name, "cell": f"{given}.{predicted}"}

    n, right = int(counts.sum()), int(counts.trace())
    accuracy = f"{right / n:.1%} of {n:,} as given" if n else "no image"
    if fits(audit.rows.classes):
        marked = (chosen.given, chosen.predicted) if chosen and chosen.architecture.name == architecture.name else None
        drawn = matrix(counts.tolist(), audit.rows.classes, scale, choices, marked, beside=len(audit.architectures))
    else:
        classes = audit.rows.classes
        lines = [
            pick(_HTML.confusion(classes[given], classes[predicted], n, total), "er-link", **choices(given, predicted))
            for given, predicted, n, total in commonest(counts, LISTED)
        ]
        drawn = _HTML.confusions(lines)
    return _HTML.architecture(architecture.name, accuracy, drawn)


def chosen_cell(audit: Audit) -> ChosenCell | None:
    """Return the cell in the address; None where the address names no cell of this audit."""
    given, _, predicted = st.query_params.get("cell", "").partition(".")
    name = st.query_params.get("of", "")
    named = [architecture for architecture in audit.architectures if architecture.name == name]
    if not named or not given.isdecimal() or not predicted.isdecimal():
        return None
    k = len(audit.rows.classes)
    return ChosenCell(named[0], int(given), int(predicted)) if int(given) < k and int(predicted) < k else None


def _images(audit: Audit, cell: ChosenCell, rows: IntArray, split: str, judged: Judged) -> None:
    given, predicted = (audit.rows.classes[label] for label in (cell.given, cell.predicted))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(
            _HTML.cell_head(
                counted(len(rows), "image"), "" if split == "all" else f" in {split}", given_label(given),
                cell.architecture.name, other_label(predicted),
            ), width="content",
        )  # fmt: skip
        review_button(
            audit.name,
            audit.rows.image_ids[rows].tolist(),
            f"{given} as {predicted} by {cell.architecture.name}",
            "errors.review",
        )
    if not len(rows):
        return
    pages = Pages("errors.page", len(rows), PAGE)
    image_ids = audit.rows.image_ids
    st.html(
        strip(
            opinion_tile(audit, cell.architecture, int(row), judged.of(str(image_ids[row])))
            for row in rows[pages.current]
        )
    )
    pages.control()
