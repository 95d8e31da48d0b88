"""The most suspicious labels, with who says what."""

from html import escape

import numpy as np
import streamlit as st

from app.html_parts.charts import quality_bar
from app.html_parts.components import THUMBNAIL_PX, change
from app.html_parts.picks import pick
from app.html_parts.pictures import picture
from curation.results.audit import Audit
from curation.results.reasons import reasons
from curation.words import counted
from models.arrays import BoolArray, IntArray

PAGE = 8  # rows that are seen without scrolling


def suspects(audit: Audit, own: BoolArray) -> None:
    """Show labels that another fits better, most suspicious first; of one pair of classes where one is chosen.

    Args:
        audit: of N images.
        own: the rows of the split, shape (N,).
    """
    rows, together = audit.rows, audit.consensus
    found = np.flatnonzero(own & (together.suggested != rows.labels))
    pair = _pair(audit)
    if pair is not None:
        found = found[(rows.labels[found] == pair[0]) & (together.suggested[found] == pair[1])]
        named = change(rows.classes[pair[0]], rows.classes[pair[1]])
        st.html(f"<p>Only {named} {pick('all pairs', 'er-link', pair='')}</p>")
    if not len(found):
        st.success("No label of this choice is suspicious: the models agree with all of them.")
        return
    found = found[np.argsort(together.label_quality[found], kind="stable")]
    pages = -(-len(found) // PAGE)
    page = min(int(st.session_state.get("errors.suspects", 1)), pages)
    st.html(suspect_list(audit, found, (page - 1) * PAGE, PAGE))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{counted(len(found), 'label')}, most suspicious first")
        if pages > 1:
            st.pagination(pages, key="errors.suspects", max_visible_pages=7)


def suspect_list(audit: Audit, rows: IntArray, first: int, count: int) -> str:
    """Return some of these rows as lines with their reasons; each leads to the review."""
    shown = rows[first : first + count]
    kinds, why = audit.findings.kinds.where(shown).names(), reasons(audit, shown.tolist())
    lines = [
        _line(audit, int(row), rank, kind, said)
        for rank, (row, kind, said) in enumerate(zip(shown, kinds, why, strict=True), first + 1)
    ]
    return f'<div class="er-lines">{"".join(lines)}</div>'


def _line(audit: Audit, row: int, rank: int, kind: str, why: str) -> str:
    rows, together = audit.rows, audit.consensus
    image_id, given, suggested = str(rows.image_ids[row]), int(rows.labels[row]), int(together.suggested[row])
    fits = f'<span class="er-given">{escape(rows.classes[given])}</span> fits'
    title = change(rows.classes[given], rows.classes[suggested]) if suggested != given else fits
    about = f"{escape(image_id)} · {rows.splits[row]}"
    inner = (
        f'<span class="er-rank">{rank:,}</span>'
        f'<img src="{picture(rows.root / image_id, THUMBNAIL_PX)}" alt="{escape(image_id)}" loading="lazy">'
        f'<span class="er-name"><span>{title}</span><small>{about}</small></span>'
        f"{quality_bar(float(together.label_quality[row]))}"
        f'<span class="er-why">{f"<b>{kind}</b>: " if kind else ""}{escape(why)}</span>'
    )
    return pick(inner, "er-suspect", f"Review {image_id}", screen="review", image=image_id)


def _pair(audit: Audit) -> tuple[int, int] | None:
    """Return the given and the suggested class in the address; None where those are no pair."""
    given, _, other = st.query_params.get("pair", "").partition(".")
    if not given.isdecimal() or not other.isdecimal() or max(int(given), int(other)) >= len(audit.rows.classes):
        return None
    return int(given), int(other)
