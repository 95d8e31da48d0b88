"""A review of some images only: the filters of the lists, and the button that makes a queue of what passes them.

The queue itself is never filtered: its drawn looks speak for all images, and those of a filtered queue would not.
"""

import streamlit as st

from app.panels.lists.filters import filter_choice, shown_rows
from app.panels.lists.judged import judged
from app.panels.lists.to_review import review_button
from app.screens.review.sitting import Sitting
from curation.review.bench import ALL, SELECTION
from curation.review.filters import Filters
from curation.words import counted


def filtered_review(sitting: Sitting) -> None:
    """Show the filters, and below them how many images pass; nothing while a selection or a blind sitting goes on."""
    if sitting.blind or sitting.order.startswith(SELECTION):
        return
    audit = sitting.bench.audit
    filters = filter_choice()
    if filters == Filters():
        return
    rows = audit.suspects(None if sitting.split == ALL else sitting.split)
    if not filters.among_all:
        rows = rows[audit.consensus.suggested[rows] != audit.rows.labels[rows]]
    rows = rows[shown_rows(filters, audit, judged(audit))[rows]]
    if len(rows):
        image_ids = [str(image_id) for image_id in audit.rows.image_ids[rows]]
        review_button(audit.name, image_ids, f"Review, {filters.words}", "review.filtered", "primary")
    st.caption(f"{counted(len(rows), 'image')} of {sitting.split} {'passes' if len(rows) == 1 else 'pass'}")
