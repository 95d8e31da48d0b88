"""The progress of a review: images judged, wrong labels found and left, and whether to go on."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.templates import macros
from app.panels.data_bar import open_screen
from app.panels.lists.to_review import back_link
from app.screens.review.sitting import Sitting
from app.state import workspace
from curation.review.selections import load_selection
from curation.review.wrong_labels import stop_sentence
from curation.words import sentence

_HTML = macros(__file__)


def progress(sitting: Sitting) -> Markup:
    """Return how many images of the split or the selection are judged, and what going on in a split would find."""
    if sitting.selection:
        return _of_selection(sitting)
    standing = sitting.bench.standing(sitting.split, sitting.reviewer)
    forecast = stop_sentence(standing.budget, sitting.split)
    return _HTML.progress(standing, sentence(forecast), sentence(standing.budget.note))


def _of_selection(sitting: Sitting) -> Markup:
    """Return how many images of a selection are judged: it says nothing about those outside."""
    rows, tally = sitting.queue.rows, sitting.bench.tally()
    judged, wrong = int(sitting.done()[rows].sum()), int(tally.wrong[rows].sum())
    made_from = load_selection(workspace(), sitting.bench.audit.name, sitting.selection).made_from
    return _HTML.selection(judged, len(rows), wrong, made_from)


def queue_end(sitting: Sitting, waiting: bool) -> None:
    """Say that everything is judged, and show the ways on: a version of the labels, and back to the list.

    Args:
        sitting: of the reviewer.
        waiting: whether skipped images are left: then they come first.
    """
    what = "this selection" if sitting.selection else "this queue"
    st.success(f"Everything in {what} is judged. Choose another split or order above, or go on:")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="review-end"):
        st.button(
            "Make a version", type="secondary" if waiting else "primary", icon=":material/account_tree:",
            key="review.version", on_click=open_screen, args=("splits",),
        )  # fmt: skip
        if link := back_link("er-go"):
            st.html(link, width="content")
