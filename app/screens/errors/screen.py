"""What the models get wrong by the given labels, and which labels are rather wrong themselves."""

from pathlib import Path

import numpy as np
import streamlit as st

from app.html_parts.picks import hear_picks
from app.html_parts.styles import TILES
from app.panels.data_bar import audit_of, data_bar
from app.panels.fiftyone_link import fiftyone_link
from app.screens.errors.confusion import confusions
from app.screens.errors.disagreements import disagreements
from app.screens.errors.pairs import pairs
from app.screens.errors.suspects import suspects
from app.screens.errors.worst import worst
from curation.database.names import ALL_VIEW, suspicious_view, view_in_links
from curation.results.audit import Audit

PARTS = ("confusion", "worst errors", "suspicious labels", "disagreements", "class pairs")  # in the address
PURPOSE = (
    "This screen shows what each architecture takes for what, its worst errors, the most suspicious labels with their "
    "reasons, and which class is mislabelled as which."
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
        _link(audit, part, split)
        hear_picks()
    if audit.in_sample:
        st.warning("In-sample predictions: the model may have trained on these images, and wrong labels stay hidden.")
    own = np.ones(len(audit.rows), bool) if split == "all" else audit.rows.splits == split
    if part == "worst errors":
        worst(audit, own)
    elif part == "suspicious labels":
        suspects(audit, own)
    elif part == "disagreements":
        disagreements(audit, own)
    elif part == "class pairs":
        pairs(audit)
    else:
        confusions(audit, own, split)


def _choices(audit: Audit) -> tuple[str, str]:
    """Show what can be chosen and return it: which list, and of which split."""
    part = st.segmented_control(
        "List",
        PARTS,
        default=PARTS[0],
        required=True,
        key="errors",
        bind="query-params",
        label_visibility="collapsed",
    )
    splits = [split for split in ("test", "val", "train") if split in audit.rows.splits]
    split = st.segmented_control(
        "Split",
        [*splits, "all"],
        default=splits[0],
        required=True,
        key="split",
        bind="query-params",
        label_visibility="collapsed",
        disabled=part == "class pairs",
    )
    return str(part), str(split)


def _link(audit: Audit, part: str, split: str) -> None:
    """Show the way to the same images in FiftyOne, where a saved view has them."""
    if part == "disagreements" and len(audit.voters) > 1:
        fiftyone_link(audit, "disagreement")
    elif part == "suspicious labels":
        fiftyone_link(audit, ALL_VIEW if split == "all" else view_in_links(suspicious_view(split)))


screen()
