"""What each architecture takes for what, and the images in a cell of its matrix."""

from html import escape

import streamlit as st

from app.html_parts.picks import pick
from app.html_parts.tiles import opinion_tile, strip
from app.screens.errors.matrix import Choices, legend, matrix
from curation.reports.matrix import commonest, fits, worst_confusion
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.error_lists import cell_rows
from models.arrays import BoolArray, IntArray
from models.figures.metrics import confusion

PAGE = 27  # images of a cell: three lines at 1280 px
LISTED = 12  # confusions of each architecture where a matrix has too many classes


def confusions(audit: Audit, own: BoolArray, split: str) -> None:
    """Show a matrix for each architecture in one scale, and the images of the chosen cell.

    Args:
        audit: of N images.
        own: the rows of the split, shape (N,).
        split: its name.
    """
    k, labels = len(audit.rows.classes), audit.rows.labels[own]
    counts = {one.name: confusion(labels, one.predictions.probs[own].argmax(1), k) for one in audit.architectures}
    scale = worst_confusion([own_counts.tolist() for own_counts in counts.values()])
    chosen = chosen_cell(audit)
    drawn = [_one(audit, one, counts[one.name], scale, chosen) for one in audit.architectures]
    st.html(f'<div class="er-matrices">{"".join(drawn)}</div>{legend(scale) if fits(audit.rows.classes) else ""}')
    if chosen is None:
        st.caption("Choose a cell to see its images; those beside the diagonal are wrong, or their labels are.")
        return
    one, given, predicted = chosen
    _images(
        audit, one, cell_rows(audit.rows.labels, one.predictions.probs, own, given, predicted), given, predicted, split
    )


def _one(
    audit: Audit,
    one: ArchitectureResult,
    counts: IntArray,
    scale: float,
    chosen: tuple[ArchitectureResult, int, int] | None,
) -> str:
    def choices(given: int, predicted: int) -> dict[str, str]:
        return {"of": one.name, "cell": f"{given}.{predicted}"}

    n, right = int(counts.sum()), int(counts.trace())
    share = f"{right / n:.1%} of {n:,} as given" if n else "no image"
    head = f"<h4>{escape(one.name)} <small>{share}</small></h4>"
    here = chosen[1:] if chosen and chosen[0].name == one.name else None
    if fits(audit.rows.classes):
        drawn = matrix(counts.tolist(), audit.rows.classes, scale, choices, here, beside=len(audit.architectures))
        return f"<div>{head}{drawn}</div>"
    return f"<div>{head}{_commonest(audit, counts, choices)}</div>"


def _commonest(audit: Audit, counts: IntArray, choices: Choices) -> str:
    classes, lines = audit.rows.classes, []
    for i, j, n, of in commonest(counts.tolist(), LISTED):
        confusion = f"{escape(classes[i])} → {escape(classes[j])} <small>{n:,} of {of:,}</small>"
        lines.append(f"<li>{pick(confusion, 'er-link', **choices(i, j))}</li>")
    return f"<ol>{''.join(lines)}</ol>"


def chosen_cell(audit: Audit) -> tuple[ArchitectureResult, int, int] | None:
    """Return architecture, given and predicted class of the cell in the address; None where that is no cell."""
    given, _, predicted = st.query_params.get("cell", "").partition(".")
    named = [one for one in audit.architectures if one.name == st.query_params.get("of", "")]
    if not named or not given.isdecimal() or not predicted.isdecimal():
        return None
    k = len(audit.rows.classes)
    return (named[0], int(given), int(predicted)) if int(given) < k and int(predicted) < k else None


def _images(audit: Audit, one: ArchitectureResult, rows: IntArray, given: int, predicted: int, split: str) -> None:
    classes, n = audit.rows.classes, len(rows)
    said = (
        f'<span class="er-given">{escape(classes[given])}</span>, and {escape(one.name)} says '
        f'<span class="er-other">{escape(classes[predicted])}</span>'
    )
    where = "" if split == "all" else f" in {split}"
    st.html(f'<h4 class="er-check">{n:,} image{"s" * (n != 1)}{where} labelled {said} <small>surest first</small></h4>')
    if not n:
        return
    pages = -(-n // PAGE)
    page = min(int(st.session_state.get("errors.page", 1)), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    st.html(strip(opinion_tile(audit, one, int(row)) for row in shown))
    if pages > 1:
        st.pagination(pages, key="errors.page", max_visible_pages=7)
