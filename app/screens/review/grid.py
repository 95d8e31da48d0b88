"""Many images of one confusion at once: accepting relabels all images but those that were taken out."""

import time
from dataclasses import replace

import streamlit as st

from app.html_parts.labels import given_label, other_label, plain
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.screens.review.keys import undo_keys
from app.screens.review.progress import progress
from app.screens.review.sitting import Sitting
from app.screens.review.verdicts import judge_many, last_verdict
from app.screens.review.visit import message, reveal
from curation.review.queue import pairs

SHOWN = 24
COLUMNS = 8
TILE_PX = 224
_OUT, _SINCE = "review.out", "review.grid"
_HTML = macros(__file__)


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
    since = _shown_since(rows)
    taken_out = _taken_out(sitting, rows)
    st.html(_HTML.head(len(rows), given_label(given), other_label(other)))
    _tiles(sitting, rows, taken_out)
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


def _tiles(sitting: Sitting, rows: list[int], taken_out: set[int]) -> None:
    for first in range(0, len(rows), COLUMNS):
        columns = st.columns(COLUMNS, gap="small")
        for place, (row, column) in enumerate(zip(rows[first : first + COLUMNS], columns, strict=False), first):
            with column:
                _tile(sitting, row, place, row in taken_out)


def _tile(sitting: Sitting, row: int, place: int, out: bool) -> None:
    image_id = sitting.image_id(row)
    with st.container(key=f"review-tile-{'out' if out else 'in'}-{place}", gap=None):
        st.html(_HTML.tile(picture(sitting.bench.audit.rows.root / image_id, TILE_PX), image_id, out))
        st.button(
            f"{'Take in' if out else 'Take out'} {image_id}", key=f"review.tile-{image_id}",
            on_click=_toggle, args=(image_id,),
        )  # fmt: skip


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
    return [row for row, _ in zip(existing, range(SHOWN), strict=False)]


def _shown_since(rows: list[int]) -> float:
    """Return the Unix time at which these images were shown first."""
    if st.session_state.get(_SINCE, [[], 0.0])[0] != rows:
        st.session_state[_SINCE] = [[*rows], time.time()]
    return float(st.session_state[_SINCE][1])


def _taken_out(sitting: Sitting, rows: list[int]) -> set[int]:
    image_ids = st.session_state.get(_OUT, [])
    return {row for row in rows if sitting.image_id(row) in image_ids}


def _toggle(image_id: str) -> None:
    """Take an image out, or take it in again."""
    image_ids = st.session_state.get(_OUT, [])
    without = [other for other in image_ids if other != image_id]
    st.session_state[_OUT] = without if image_id in image_ids else [*image_ids, image_id]


def _accept(sitting: Sitting, rows: list[int], other: str, since: float) -> None:
    before = last_verdict()
    judge_many(sitting, rows, other, time.time() - since)
    if last_verdict() != before:
        st.session_state.pop(_SINCE, None)
