"""The most suspicious labels, with the reasons for each."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.bars import quality_bar
from app.html_parts.labels import badges, change, label_or_change, suspicion
from app.html_parts.pages import Pages
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.html_parts.tiles import thumbnail
from app.panels.lists.to_review import review_button
from curation.results.audit import Audit
from curation.review.judged import Judged
from curation.words import counted
from models.arrays import BoolArray, IntArray

PAGE = 8  # rows that are seen without scrolling
_HTML = macros(__file__)


def suspects(audit: Audit, in_split: BoolArray, among_all: bool, judged: Judged) -> None:
    """Show the labels that another class fits better, most suspicious first; only one pair of classes if one is chosen.

    Args:
        audit: of N images.
        in_split: which rows belong to the split and pass the filters, shape (N,).
        among_all: whether the filters ask for labels that the models agree with too.
        judged: the verdicts so far.
    """
    labels, classes, consensus = audit.rows.labels, audit.rows.classes, audit.consensus
    rows = np.flatnonzero(in_split & ((consensus.suggested != labels) | among_all))
    pair = _pair(audit)
    if pair is not None:
        rows = rows[(labels[rows] == pair[0]) & (consensus.suggested[rows] == pair[1])]
        named = change(classes[pair[0]], classes[pair[1]])
        st.html(Markup("<p>Only {} {}</p>").format(named, pick("all pairs", "er-link", pair="")))
    if not len(rows):
        st.success("None of these labels is suspicious: the models agree with all of them that pass the filters.")
        return
    rows = rows[np.argsort(consensus.label_quality[rows], kind="stable")]
    pages = Pages("errors.suspects", len(rows), PAGE)
    st.html(_list(audit, rows[pages.current], pages.current.start + 1, judged))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{counted(len(rows), 'label')}, most suspicious first")
        made_from = f"{classes[pair[0]]} as {classes[pair[1]]}" if pair else "suspicious labels"
        review_button(audit.name, audit.rows.image_ids[rows].tolist(), made_from, "errors.review-suspects")
        pages.control()


def _list(audit: Audit, rows: IntArray, first_rank: int, judged: Judged) -> Markup:
    """Return rows as lines with their reasons; each leads to the review."""
    texts = suspicion(audit, rows.tolist())
    lines = [
        _line(audit, int(row), rank, text, judged)
        for rank, (row, text) in enumerate(zip(rows, texts, strict=True), first_rank)
    ]
    return _HTML.lines(lines)


def _line(audit: Audit, row: int, rank: int, reason: Markup, judged: Judged) -> Markup:
    image_id = str(audit.rows.image_ids[row])
    content = _HTML.line(
        rank, thumbnail(audit.rows.root, image_id), label_or_change(audit, row), image_id,
        audit.rows.splits[row], quality_bar(float(audit.consensus.label_quality[row])), reason,
        badges(judged.of(image_id)),
    )  # fmt: skip
    return pick(content, "er-suspect", f"Review {image_id}", screen="review", image=image_id)


def _pair(audit: Audit) -> tuple[int, int] | None:
    """Return the given and the suggested class in the address; None where the address names no pair."""
    given, _, other = st.query_params.get("pair", "").partition(".")
    if not given.isdecimal() or not other.isdecimal() or max(int(given), int(other)) >= len(audit.rows.classes):
        return None
    return int(given), int(other)
