"""The ranked table of suspicious labels: filters, paging, rows."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from app.components import suspect_row, table_head
from app.state import choose_image
from curation.results import Audit

PAGE = 8  # rows that are seen without scrolling
ANY = "any"


def filtered_suspects(audit: Audit) -> list[int]:
    """Show the filters and return the rows they leave, most suspicious first."""
    splits = [split for split in ("test", "val", "train") if split in audit.rows.splits]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        split = st.segmented_control(
            "Split", [*splits, "all"], default=splits[0], required=True, key="split", bind="query-params"
        )
        label = st.selectbox("Given label", [ANY, *audit.rows.classes], key="label", bind="query-params", width=150)
        rows = [int(row) for row in audit.suspects(None if split == "all" else split)]
        rows = [row for row in rows if label in (ANY, audit.rows.classes[audit.rows.labels[row]])]
        pairs = Counter(pair for row in rows if (pair := pair_of(audit, row)))
        options = [ANY, *(pair for pair, _ in pairs.most_common())]
        if st.session_state.get("pair") not in options:
            st.session_state.pop("pair", None)  # of another split or data set
        pair = st.selectbox(
            "Given → suggested",
            options,
            format_func=lambda pair: f"{pair} ({pairs[pair]})" if pair in pairs else pair,
            key="pair",
            width=210,
        )
    every = st.toggle("Also labels that the models agree with", key="every", bind="query-params")
    return [row for row in rows if (found := pair_of(audit, row)) == pair or (pair == ANY and (found or every))]


def pair_of(audit: Audit, row: int) -> str:
    """Return `given → suggested`, empty where the models agree with the given label."""
    given, suggested = int(audit.rows.labels[row]), int(audit.consensus.suggested[row])
    return f"{audit.rows.classes[given]} → {audit.rows.classes[suggested]}" if given != suggested else ""


def suspect_table(audit: Audit, rows: Sequence[int], selected: int | None) -> None:
    """Show one page of the ranked table; a click, or Tab and Enter, shows an image beside it."""
    if not rows:
        st.info(
            "No suspicious label is left by these filters. Widen them, or show the labels that the models agree with."
        )
        return
    pages = -(-len(rows) // PAGE)
    if st.session_state.get("page", 1) > pages:
        st.session_state["page"] = 1
    page = st.session_state.get("page", 1)
    with st.container(key="suspects", gap=None):
        st.html(table_head())
        for rank in range((page - 1) * PAGE, min(page * PAGE, len(rows))):
            row, place = rows[rank], rank % PAGE
            image_id = str(audit.rows.image_ids[row])
            chosen = "chosen" if row == selected else "row"
            with st.container(key=f"suspects-{chosen}-{place}", gap=None):
                st.html(suspect_row(audit, row, rank + 1))
                st.button(f"Show {image_id}", key=f"suspects.show-{place}", on_click=choose_image, args=(image_id,))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{len(rows):,} labels, most suspicious first")
        if pages > 1:
            st.pagination(pages, key="page", max_visible_pages=5)
