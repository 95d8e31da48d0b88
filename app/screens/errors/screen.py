"""The errors of the models by the given labels, and the labels that are rather wrong themselves."""

from pathlib import Path

import numpy as np
import streamlit as st

from app.html_parts.assets import TILES
from app.panels.data_bar import audit_of, data_bar, split_choice
from app.panels.fiftyone_link import fiftyone_link
from app.panels.lists.filters import filter_choice, shown_rows
from app.panels.lists.judged import judged
from app.screens.errors.confusion import confusions
from app.screens.errors.disagreements import disagreements
from app.screens.errors.pairs import pairs
from app.screens.errors.suspects import suspects
from app.screens.errors.worst import worst
from curation.database.names import ALL_VIEW, DISAGREEMENT_VIEW, suspicious_view
from curation.results.audit import Audit

PARTS = ("confusion", "worst errors", "suspicious labels", "disagreements", "class pairs")  # in the address
PURPOSE = (
    "This screen shows which classes each architecture confuses, its worst errors, the most suspicious labels with "
    "their reasons, and which class is mislabelled as which."
)


def screen() -> None:
    """Show the screen."""
    st.html(TILES)
    st.html(Path(__file__).with_name("screen.css"))
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-errors")
    with bar:
        audit = audit_of(data_bar(), PURPOSE)
    if audit is None:
        return
    with bar:
        part, split = _choices(audit)
        filters = filter_choice()
        _link(audit, part, split)
    if audit.in_sample:
        st.warning("In-sample predictions: the model may have trained on these images, so wrong labels stay hidden.")
    in_split = np.ones(len(audit.rows), bool) if split == "all" else audit.rows.splits == split
    verdicts = judged(audit)
    passing = in_split & shown_rows(filters, audit, verdicts)
    if part == "worst errors":
        worst(audit, passing, verdicts)
    elif part == "suspicious labels":
        suspects(audit, passing, filters.among_all, verdicts)
    elif part == "disagreements":
        disagreements(audit, passing, verdicts)
    elif part == "class pairs":
        pairs(audit)
    else:
        confusions(audit, passing, split, verdicts)


def _choices(audit: Audit) -> tuple[str, str]:
    """Show the choice of the list and of the split, and return both."""
    part = st.segmented_control(
        "List", PARTS, default=PARTS[0], required=True, key="errors", bind="query-params", label_visibility="collapsed"
    )
    return str(part), split_choice(audit.rows, disabled=part == "class pairs")


def _link(audit: Audit, part: str, split: str) -> None:
    """Show the link to the same images in FiftyOne, where a saved view holds them."""
    if part == "disagreements" and len(audit.voters) > 1:
        fiftyone_link(audit, DISAGREEMENT_VIEW)
    elif part == "suspicious labels":
        fiftyone_link(audit, ALL_VIEW if split == "all" else suspicious_view(split))


screen()
