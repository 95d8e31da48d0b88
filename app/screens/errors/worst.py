"""The worst errors of an architecture, class by class."""

from html import escape

import streamlit as st

from app.html_parts.tiles import opinion_tile, strip
from curation.results.audit import Audit
from curation.scoring.error_lists import worst_errors
from models.arrays import BoolArray

PER_CLASS = 8  # one line at 1280 px
PAGE = 8  # classes


def worst(audit: Audit, own: BoolArray) -> None:
    """Show for each given label the images that the architecture is surest are something else.

    Args:
        audit: of N images.
        own: the rows of the split, shape (N,).
    """
    names = [one.name for one in audit.architectures]
    pages = -(-len(audit.rows.classes) // PAGE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = st.segmented_control(
            "Architecture",
            names,
            default=names[0],
            required=True,
            key="architecture",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.caption("Given labels that it contradicts, the surest first: its own errors, or wrong labels.")
        if pages > 1:
            st.space("stretch")
            st.pagination(pages, key="errors.classes", max_visible_pages=5)
    one = audit.architectures[names.index(name)]
    found = worst_errors(audit.rows.labels, one.predictions.probs, own)
    first = (min(int(st.session_state.get("errors.classes", 1)), pages) - 1) * PAGE
    lines = []
    for label in range(first, min(first + PAGE, len(found))):
        n = int((own & (audit.rows.labels == label)).sum())
        tiles = strip(opinion_tile(audit, one, int(row)) for row in found[label][:PER_CLASS])
        about = f"<small>{len(found[label]):,} of {n:,} contradicted</small>"
        lines.append(
            f'<div class="er-class"><b>{escape(audit.rows.classes[label])}{about}</b>'
            f"{tiles if len(found[label]) else '<small>none</small>'}</div>"
        )
    st.html(f'<div class="er-classes er-told">{"".join(lines)}</div>')
