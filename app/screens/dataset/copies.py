"""Images that show the same picture: with different labels, in several splits, or simply twice."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.pages import Pages
from app.html_parts.templates import macros
from app.html_parts.tiles import split_caption, strip, tile
from curation.images.duplicates import CopyGroup, copy_groups
from curation.results.audit import Audit

PAGE = 12  # groups
SHOWN = 4  # images of a group
_HTML = macros(__file__)


def copies(audit: Audit) -> None:
    """Show the groups of copies: those with conflicting labels first, then leaks."""
    groups = copy_groups(audit.rows, audit.duplicates)
    if not groups:
        st.success(f"No two of {len(audit.rows):,} images show the same picture.")
        return
    st.html(_summary(audit, groups))
    pages = Pages("dataset.page", len(groups), PAGE)
    shown = groups[pages.current]
    st.html(_HTML.groups([(group, _tiles(audit, group), len(group.rows) - SHOWN) for group in shown]))
    pages.control()


def _summary(audit: Audit, groups: list[CopyGroup]) -> Markup:
    return _HTML.summary(
        copies=int(audit.duplicates.shared().sum()),
        n=len(audit.rows),
        groups=len(groups),
        conflicting=sum(group.conflicting for group in groups),
        across=sum(group.leak for group in groups),
        leaks=int(audit.duplicates.leaks(audit.rows.splits).sum()),
    )


def _tiles(audit: Audit, group: CopyGroup) -> Markup:
    rows = [int(row) for row in group.rows[:SHOWN]]
    names = [str(audit.rows.image_ids[row]).rsplit("/", 1)[-1] for row in rows]
    captions = [split_caption(audit.rows, row, name) for row, name in zip(rows, names, strict=True)]
    return strip(tile(audit.rows, row, caption) for row, caption in zip(rows, captions, strict=True))
