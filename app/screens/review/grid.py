"""Many images of one confusion at once: all are relabelled but those that were taken out."""

import time
from dataclasses import replace
from html import escape

import streamlit as st

from app.html_parts.markdown import plain
from app.html_parts.pictures import picture
from app.screens.review.keys import undo_keys
from app.screens.review.look import progress
from app.screens.review.sitting import Sitting, reveal, said
from app.screens.review.verdicts import judge_many, last
from curation.review.queue import pairs

SHOWN = 24
COLUMNS = 8
TILE_PX = 224
_OUT, _SINCE = "review.out", "review.grid"


def grid(sitting: Sitting) -> None:
    """Show up to 24 images of the chosen confusion, most suspicious first, and the key that accepts them."""
    pair = sitting.pair or _first_pair(sitting)
    rows = _rows(sitting, pair) if pair else []
    if sentence := said():
        st.warning(sentence)
    if pair is None or not rows:
        st.success("No image of this confusion is left to judge. Choose another in the queue's order above.")
        st.html(progress(sitting))
        undo_keys(sitting)
        return
    given, other = (sitting.bench.ledger.classes[place] for place in pair)
    since = _since([*rows])
    out = _taken_out(sitting, rows)
    kept = [row for row in rows if row not in out]
    st.html(
        f'<div class="er-look-head"><h3>{len(rows)} images labelled <span class="er-given">{escape(given)}</span>; the '
        f'models say <span class="er-other">{escape(other)}</span></h3></div><p class="er-hint">Click those that are '
        "not: they stay as they are and in the queue.</p>"
    )
    _tiles(sitting, rows, out)
    reveal(*(str(sitting.bench.audit.rows.image_ids[row]) for row in rows))
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-grid"):
        st.button(
            f"Accept **{plain(other)}** for {len(kept)} of {len(rows)}",
            shortcut="A",
            type="primary",
            disabled=not kept,
            key=f"review.accept-{rows[0]}-{len(rows)}-{hash(tuple(kept))}",  # of these images alone
            on_click=_accept,
            args=(replace(sitting, pair=pair), kept, other, since),
        )
        undo_keys(sitting)
    st.html(progress(sitting))


def _tiles(sitting: Sitting, rows: list[int], out: set[int]) -> None:
    image_ids = sitting.bench.audit.rows.image_ids
    for start in range(0, len(rows), COLUMNS):
        for place, column in enumerate(st.columns(COLUMNS, gap="small")):
            if start + place >= len(rows):
                break
            row = rows[start + place]
            image_id = str(image_ids[row])
            with column, st.container(key=f"review-tile-{'out' if row in out else 'in'}-{start + place}", gap=None):
                source = picture(sitting.bench.audit.rows.root / image_id, TILE_PX)
                mark = '<span class="er-out">stays</span>' if row in out else ""
                st.html(f'<div class="er-tile"><img src="{source}" alt="{escape(image_id)}">{mark}</div>')
                st.button(
                    f"{'Take in' if row in out else 'Take out'} {image_id}",
                    key=f"review.tile-{image_id}",
                    on_click=_toggle,
                    args=(image_id,),
                )


def _first_pair(sitting: Sitting) -> tuple[int, int] | None:
    """Return the most frequent confusion that has images left."""
    audit, open_rows = sitting.bench.audit, sitting.queue.rows[sitting.open()]
    return next(iter(pairs(audit.rows.labels[open_rows], audit.consensus.suggested[open_rows])), None)


def _rows(sitting: Sitting, pair: tuple[int, int]) -> list[int]:
    audit, queue = sitting.bench.audit, sitting.bench.queue(sitting.split, "pairs", pair)
    done = sitting.done()
    shows = (audit.rows.labels[queue.rows] == pair[0]) & (audit.consensus.suggested[queue.rows] == pair[1])
    left = queue.rows[shows & ~done[queue.rows]]
    here = (int(row) for row in left if (audit.rows.root / str(audit.rows.image_ids[row])).exists())
    return [row for row, _ in zip(here, range(SHOWN), strict=False)]


def _since(rows: list[int]) -> float:
    """Return when these images were shown first."""
    if st.session_state.get(_SINCE, [[], 0.0])[0] != rows:
        st.session_state[_SINCE] = [rows, time.time()]
    return float(st.session_state[_SINCE][1])


def _taken_out(sitting: Sitting, rows: list[int]) -> set[int]:
    image_ids, out = sitting.bench.audit.rows.image_ids, st.session_state.get(_OUT, [])
    return {row for row in rows if str(image_ids[row]) in out}


def _toggle(image_id: str) -> None:
    out = st.session_state.get(_OUT, [])
    st.session_state[_OUT] = [one for one in out if one != image_id] if image_id in out else [*out, image_id]


def _accept(sitting: Sitting, rows: list[int], other: str, since: float) -> None:
    before = last()
    judge_many(sitting, rows, other, time.time() - since)
    if last() != before:
        st.session_state.pop(_SINCE, None)
