"""Images that show the same picture: with other labels, across splits, or simply twice."""

from html import escape

import streamlit as st

from app.html_parts.tiles import given_name, strip, tile
from curation.images.duplicates import CopyGroup, copy_groups
from curation.results.audit import Audit
from curation.words import counted

PAGE = 12  # groups
SHOWN = 4  # images of a group


def copies(audit: Audit) -> None:
    """Show the groups of copies, those with conflicting labels first, then leaks."""
    groups = copy_groups(audit.rows, audit.duplicates)
    if not groups:
        st.success(f"No two of {len(audit.rows):,} images show the same picture.")
        return
    st.html(f"<p>{_lead(audit, groups)}</p>")
    pages = -(-len(groups) // PAGE)
    page = min(int(st.session_state.get("dataset.page", 1)), pages)
    shown = groups[(page - 1) * PAGE : page * PAGE]
    st.html(f'<div class="er-groups">{"".join(_group(audit, one) for one in shown)}</div>')
    if pages > 1:
        st.pagination(pages, key="dataset.page", max_visible_pages=7)


def _lead(audit: Audit, groups: list[CopyGroup]) -> str:
    rows, found = audit.rows, audit.duplicates
    conflicting, leaking = sum(one.conflicting for one in groups), sum(one.leak for one in groups)
    leaks = int(found.leaks(rows.splits).sum())
    return (
        f"<b>{int(found.shared().sum()):,}</b> of {len(rows):,} images are copies, in {len(groups):,} groups: "
        f"<b>{conflicting:,}</b> with conflicting labels, where at least one is wrong; <b>{leaking:,}</b> across "
        f"splits, by which training has seen {counted(leaks, 'image')} outside train."
    )


def _group(audit: Audit, one: CopyGroup) -> str:
    said = ["conflicting labels"] * one.conflicting + ["leak from train"] * one.leak
    bad = "".join(f'<b class="er-bad">{text}</b>' for text in said)
    kind = "nearly the same picture" if one.near else "the same bytes"
    more = len(one.rows) - SHOWN
    tiles = [tile(audit.rows, int(row), _caption(audit, int(row))) for row in one.rows[:SHOWN]]
    rest = f"<small>and {more:,} more</small>" if more > 0 else ""
    return f'<div class="er-group"><p>{bad}<small>{kind}</small></p>{strip(tiles)}{rest}</div>'


def _caption(audit: Audit, row: int) -> str:
    name = str(audit.rows.image_ids[row]).rsplit("/", 1)[-1]
    return (
        f"<span>{given_name(audit.rows, row)}<small>{audit.rows.splits[row]}</small></span>"
        f"<small>{escape(name)}</small>"
    )
