"""A few images of each class, drawn by seed."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.pages import Pages
from app.html_parts.templates import macros
from app.html_parts.tiles import strip, tile
from app.panels.data_bar import split_choice
from curation.datasets.classes.class_samples import class_samples
from curation.datasets.rows import Rows
from curation.review.judged import Judged

PER_CLASS = 9  # one line at 1280 px
PAGE = 10  # classes
_HTML = macros(__file__)


def samples(rows: Rows, verdicts: Judged | None) -> None:
    """Show a line of images for each class, and the button that draws others.

    Args:
        rows: of the data set.
        verdicts: those so far; None before an audit: then no image leads to its review.
    """
    pages = Pages("dataset.classes", len(rows.classes), PAGE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        split = split_choice(rows)
        seed = st.number_input(
            "Seed", 0, 9999, 0, key="seed", bind="query-params", width=130, label_visibility="collapsed"
        )
        st.button("Draw others", key="dataset.draw", shortcut="N", icon=":material/casino:", on_click=_next_seed)
        st.caption("A seed draws the same images each time.")
        if pages.count > 1:
            st.space("stretch")
            pages.control(visible=5)
    drawn = class_samples(rows, None if split == "all" else split, PER_CLASS, int(seed))
    lines = []
    for label in range(len(rows.classes))[pages.current]:
        tiles = [_tile(rows, int(row), verdicts) for row in drawn[label]]
        lines.append((rows.classes[label], strip(tiles) if tiles else None))
    st.html(_HTML.classes(lines, split))


def _tile(rows: Rows, row: int, verdicts: Judged | None) -> Markup:
    said = () if verdicts is None else verdicts.of(str(rows.image_ids[row]))
    return tile(rows, row, reviewed=verdicts is not None, verdicts=said)


def _next_seed() -> None:
    st.session_state["seed"] = (int(st.session_state.get("seed", 0)) + 1) % 10_000
