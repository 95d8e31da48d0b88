"""Images side by side, each of which a click takes out or in again."""

import time
from collections.abc import Callable, Sequence

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import plain
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.screens.review.sitting import Sitting

TILE_PX = 224
_HTML = macros(__file__)
_CLICKED, _SINCE = "review.clicked", "review.tiles"


def tiles(
    sitting: Sitting,
    rows: Sequence[int],
    out: set[int],
    columns: int,
    notes: Sequence[str] = (),
    click: Callable[[str], None] | None = None,
) -> None:
    """Show images side by side.

    Args:
        sitting: of the reviewer.
        rows: of the images.
        out: those that are not chosen.
        columns: images in a line, unless the reader chose another size of tiles.
        notes: a few letters on each image; none by default.
        click: what a click on an image does, which is given its name; by default `clicked` counts it.
    """
    with st.container(horizontal=True, gap="small", key=f"review-tiles-{columns}"):  # as many in a line as fit
        for place, row in enumerate(rows):
            _tile(sitting, row, place, row in out, notes[place] if notes else "", click or _click)


def confusion_head(n: int, chosen: int, given: str, other: str) -> Markup:
    """Return the line above n images of one confusion, whose classes are given as HTML."""
    return _HTML.confusion(n, chosen, given, other)


def alike_head(n: int, source: str, image_id: str, verdict: str, by_look: bool) -> Markup:
    """Return the line above n images like the one judged, and its picture; by its confusion alone where not by look."""
    return _HTML.alike(n, source, image_id, verdict, by_look)


def _tile(sitting: Sitting, row: int, place: int, out: bool, note: str, click: Callable[[str], None]) -> None:
    image_id = sitting.image_id(row)
    with st.container(key=f"review-tile-{place}", gap=None):  # the same when it is clicked: it keeps the focus
        st.html(_HTML.tile(picture(sitting.bench.audit.rows.root / image_id, TILE_PX), image_id, out, note))
        st.button(
            f"{'Take in' if out else 'Take out'} {plain(image_id)}", key=f"review.tile-{image_id}",
            on_click=click, args=(image_id,),
        )  # fmt: skip


def clicked(sitting: Sitting, rows: Sequence[int]) -> set[int]:
    """Return which of the images were clicked an odd number of times."""
    image_ids = st.session_state.get(_CLICKED, [])
    return {row for row in rows if sitting.image_id(row) in image_ids}


def forget_clicks() -> None:
    """Forget clicks, and since when the images are shown: others are shown next."""
    st.session_state.pop(_CLICKED, None)
    st.session_state.pop(_SINCE, None)


def shown_since(rows: Sequence[int]) -> float:
    """Return the Unix time at which these images were shown first."""
    if st.session_state.get(_SINCE, [[], 0.0])[0] != list(rows):
        st.session_state[_SINCE] = [[*rows], time.time()]
    return float(st.session_state[_SINCE][1])


def _click(image_id: str) -> None:
    image_ids = st.session_state.get(_CLICKED, [])
    without = [clicked for clicked in image_ids if clicked != image_id]
    st.session_state[_CLICKED] = without if image_id in image_ids else [*image_ids, image_id]
