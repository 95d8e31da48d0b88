"""The ranked table of suspicious labels: filters, pages, rows."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.bars import quality_bar
from app.html_parts.labels import badges, given_label, other_label
from app.html_parts.markdown import plain
from app.html_parts.templates import macros
from app.html_parts.tiles import thumbnail
from app.panels.data_bar import splits_of
from app.panels.lists.filters import filter_choice, shown_rows
from app.panels.lists.to_review import review_button
from app.state import choose_image, forget_image
from curation.decisions.decision import Decision
from curation.results.audit import Audit
from curation.review.judged import Judged
from curation.words import counted
from models.arrays import BoolArray, IntArray

PAGE = 8  # rows that are seen without scrolling
ANY = "any label"
_HTML = macros(__file__)


def filtered_suspects(audit: Audit, judged: Judged) -> list[int]:
    """Show the filters and return the rows that pass them, most suspicious first."""
    splits = splits_of(audit.rows)
    split = st.segmented_control(
        "Split", [*splits, "all"], default=splits[0], required=True, key="split", bind="query-params",
        on_change=forget_image,
    )  # fmt: skip
    label = st.selectbox(
        "Given label", [ANY, *audit.rows.classes], key="label", bind="query-params", width=160, on_change=forget_image
    )
    rows = audit.suspects(None if split == "all" else split)
    if label != ANY:
        rows = rows[audit.rows.labels[rows] == audit.rows.classes.index(label)]
    rows = rows[_pair_filter(audit, rows)]
    every = st.toggle("Also labels the models agree with", key="every", bind="query-params")
    filters = filter_choice()
    if not (every or filters.among_all):
        rows = rows[audit.consensus.suggested[rows] != audit.rows.labels[rows]]
    rows = rows[shown_rows(filters, audit, judged)[rows]]
    return [int(row) for row in rows]


def _pair_filter(audit: Audit, rows: IntArray) -> BoolArray:
    """Show the choice of a given and a suggested label; return which of the R rows have both, shape (R,)."""
    classes, given, suggested = audit.rows.classes, audit.rows.labels[rows], audit.consensus.suggested[rows]
    codes = given * len(classes) + suggested
    pairs, counts = np.unique(codes[given != suggested], return_counts=True)
    names: dict[str, int | None] = {ANY: None}
    for place in np.argsort(-counts, kind="stable"):
        pair = int(pairs[place])
        names[f"{classes[pair // len(classes)]} → {classes[pair % len(classes)]} ({counts[place]})"] = pair
    if st.session_state.get("pair") not in names:
        st.session_state.pop("pair", None)  # of another split or data set
    code = names[st.selectbox("Given → suggested", list(names), key="pair", width=220, on_change=forget_image)]
    return np.ones(len(rows), bool) if code is None else np.asarray(codes == code)


def suspect_table(audit: Audit, rows: Sequence[int], selected: int | None, judged: Judged) -> None:
    """Show one page of the ranked table; a click, or Tab and Enter, shows an image beside it."""
    if not rows:
        st.info("No suspicious label passes these filters. Widen them, or show the labels that the models agree with.")
        return
    pages = -(-len(rows) // PAGE)
    if st.session_state.get("page", 1) > pages:
        st.session_state["page"] = 1
    page = st.session_state.get("page", 1)
    with st.container(key="suspects", gap=None):
        st.html(_HTML.head())
        for rank in range((page - 1) * PAGE, min(page * PAGE, len(rows))):
            row, place = rows[rank], rank % PAGE
            image_id = str(audit.rows.image_ids[row])
            chosen = "chosen" if row == selected else "row"
            with st.container(key=f"suspects-{chosen}-{place}", gap=None):
                st.html(_suspect_row(audit, row, rank + 1, judged.of(image_id)))
                st.button(
                    f"Show {plain(image_id)}", key=f"suspects.show-{place}", on_click=choose_image, args=(image_id,)
                )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{counted(len(rows), 'label')}, worst first")
        review_button(audit.name, audit.rows.image_ids[rows].tolist(), "audit", "suspects.review")
        if pages > 1:
            st.pagination(pages, key="page", max_visible_pages=3)


def _suspect_row(audit: Audit, row: int, rank: int, verdicts: Sequence[Decision]) -> Markup:
    classes, given, suggested = audit.rows.classes, int(audit.rows.labels[row]), int(audit.consensus.suggested[row])
    better = other_label(classes[suggested]) if suggested != given else "fits"
    quality = quality_bar(float(audit.consensus.label_quality[row]))
    image_id = str(audit.rows.image_ids[row])
    image, said = thumbnail(audit.rows.root, image_id), badges(verdicts)
    return _HTML.row(rank, image, given_label(classes[given]), image_id, better, quality, said)
