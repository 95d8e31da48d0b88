"""The reviewer's FiftyOne App inside the page, on the queue of the chosen split."""

import streamlit as st

from app.panels.fiftyone_link import fiftyone_link
from app.screens.review.sitting import Sitting
from curation.database.names import to_review_view, view_in_links
from curation.review.bench import ALL


def in_fiftyone(sitting: Sitting) -> None:
    """Show the App, or the button that starts it; what is decided in it is in the same log."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        address = fiftyone_link(
            sitting.bench.audit, view_in_links(to_review_view(None if sitting.split == ALL else sitting.split))
        )
        st.html(f'<p class="er-hint">{_HERE if address else _START}</p>')
    if address:
        with st.container(key="review-fiftyone"):
            st.iframe(address, height=600)


_HERE = "Most suspicious first, drawn looks mixed in. Open an image and judge it by key; verdicts are in the same log."
_START = "The same queue in FiftyOne, inside this page or in a tab of its own."
