"""Images that show the same picture: with different labels, in several splits, or simply twice."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.pages import Pages
from app.html_parts.templates import macros
from app.html_parts.tiles import split_caption, strip, tile
from app.panels.lists.filters import filter_choice, shown_rows
from app.panels.lists.judged import judged
from app.panels.lists.to_review import review_button
from curation.images.duplicates import CopyGroup, copy_groups
from curation.results.audit import Audit
from curation.review.judged import Judged

PAGE = 12  # groups
SHOWN = 4  # images of a group
GROUP_PX = 270  # two images side by side
_HTML = macros(__file__)


def copies(audit: Audit) -> None:
    """Show the groups of copies: those with conflicting labels first, then leaks."""
    groups, verdicts = copy_groups(audit.rows, audit.duplicates), judged(audit)
    if not groups:
        st.success(f"No two of {len(audit.rows):,} images show the same picture.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(_summary(audit, groups))
        passing = shown_rows(filter_choice(), audit, verdicts)
    groups = [group for group in groups if passing[group.rows].any()]
    if not groups:
        st.info("No group of copies has an image that passes the filter.")
        return
    pages = Pages("dataset.page", len(groups), PAGE)
    with st.container(horizontal=True, gap="medium", key="copy-groups"):
        for group in groups[pages.current]:
            _group(audit, group, verdicts)
    pages.control()


def _group(audit: Audit, group: CopyGroup, verdicts: Judged) -> None:
    """Show the images of a group, and the button that reviews all of them."""
    with st.container(width=GROUP_PX, gap=None):
        st.html(_HTML.group(group, _tiles(audit, group, verdicts), len(group.rows) - SHOWN))
        image_ids = audit.rows.image_ids[group.rows].tolist()
        review_button(audit.name, image_ids, "copies", f"dataset.review-{group.rows[0]}", "tertiary")


def _summary(audit: Audit, groups: list[CopyGroup]) -> Markup:
    return _HTML.summary(
        copies=int(audit.duplicates.shared().sum()),
        n=len(audit.rows),
        groups=len(groups),
        conflicting=sum(group.conflicting for group in groups),
        across=sum(group.leak for group in groups),
        leaks=int(audit.duplicates.leaks(audit.rows.splits).sum()),
    )


def _tiles(audit: Audit, group: CopyGroup, verdicts: Judged) -> Markup:
    rows = [int(row) for row in group.rows[:SHOWN]]
    names = [str(audit.rows.image_ids[row]).rsplit("/", 1)[-1] for row in rows]
    captions = [split_caption(audit.rows, row, name) for row, name in zip(rows, names, strict=True)]
    said = [verdicts.of(str(audit.rows.image_ids[row])) for row in rows]
    shown = zip(rows, captions, said, strict=True)
    return strip(tile(audit.rows, row, caption, verdicts=badges) for row, caption, badges in shown)
