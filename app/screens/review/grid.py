"""Many images of one confusion at once: accepting relabels all images but those that were taken out."""

import time
from dataclasses import replace

import streamlit as st

from app.html_parts.labels import given_label, other_label, plain
from app.screens.review.keys import undo_keys
from app.screens.review.progress import progress
from app.screens.review.sitting import Sitting
from app.screens.review.tiles import clicked, confusion_head, forget_clicks, shown_since, tiles
from app.screens.review.verdicts import judge_many, last_verdict
from app.screens.review.visit import message, reveal
from curation.decisions.verdicts import RELABEL
from curation.review.looks import GRID
from curation.review.queue import LEARNED, pairs
from curation.review.suggestion import suggestion

SHOWN = 24
COLUMNS = 8


def grid(sitting: Sitting) -> None:
    """Show up to 24 images of the chosen confusion, most suspicious first, and the key that relabels them."""
    pair = sitting.pair or _first_pair(sitting)
    rows = _rows(sitting, pair) if pair else []
    if text := message():
        st.warning(text)
    if pair is None or not rows:
        st.success("No image of this confusion is left to judge. Choose another in the queue's order above.")
        st.html(progress(sitting))
        undo_keys(sitting)
        return
    given, other = (sitting.bench.ledger.classes[label] for label in pair)
    since = shown_since(rows)
    taken_out = clicked(sitting, rows)
    st.html(confusion_head(len(rows), given_label(given), other_label(other)))
    tiles(sitting, rows, taken_out, COLUMNS)
    reveal(*map(sitting.image_id, rows))
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-grid"):
        _accept_key(replace(sitting, pair=pair), rows, [row for row in rows if row not in taken_out], other, since)
        undo_keys(sitting)
    st.html(progress(sitting))


def _accept_key(sitting: Sitting, rows: list[int], accepted: list[int], other: str, since: float) -> None:
    st.button(
        f"Accept **{plain(other)}** for {len(accepted)} of {len(rows)}",
        shortcut="A",
        type="primary",
        disabled=not accepted,
        key=f"review.accept-{rows[0]}-{len(rows)}-{hash(tuple(accepted))}",  # a late key never reaches other images
        on_click=_accept,
        args=(sitting, accepted, other, since),
    )


def _first_pair(sitting: Sitting) -> tuple[int, int] | None:
    """Return the most frequent confusion that has images left; None where there is none."""
    audit, open_rows = sitting.bench.audit, sitting.bench.part(sitting.split).rows
    open_rows = open_rows[~sitting.done()[open_rows]]
    return next(iter(pairs(audit.rows.labels[open_rows], audit.consensus.suggested[open_rows])), None)


def _rows(sitting: Sitting, pair: tuple[int, int]) -> list[int]:
    """Return the first images of a confusion that are not judged, as far as their files exist."""
    audit, queue = sitting.bench.audit, sitting.bench.queue(sitting.split, "pairs", pair)
    of_pair = (audit.rows.labels[queue.rows] == pair[0]) & (audit.consensus.suggested[queue.rows] == pair[1])
    left = queue.rows[of_pair & ~sitting.done()[queue.rows]]
    existing = (int(row) for row in left if (audit.rows.root / sitting.image_id(row)).exists())
    shown = (row for row in existing if _is_suggested(sitting, row, pair[1]))
    return [row for row, _ in zip(shown, range(SHOWN), strict=False)]


def _is_suggested(sitting: Sitting, row: int, label: int) -> bool:
    """Return whether the class is still suggested for an image after the verdicts so far, where the order learns."""
    if sitting.order != LEARNED:
        return True
    says = suggestion(sitting.bench, row, learns=True)
    return says.label == label and not says.no_class


def _accept(sitting: Sitting, rows: list[int], other: str, since: float) -> None:
    before = last_verdict()
    judge_many(sitting, rows, RELABEL, (other,), GRID, time.time() - since)
    if last_verdict() != before:
        forget_clicks()
