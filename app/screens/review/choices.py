"""What a reviewer looks at, and how: split, order, one image, a grid or FiftyOne, blind or not, under which name."""

import streamlit as st

from app.html_parts.markdown import plain
from app.panels.reviewer_name import ask_name
from app.screens.review.sitting import Sitting
from app.state import workspace
from curation.review.bench import ALL, DISPUTED, SELECTION, Bench
from curation.review.queue import pairs
from curation.review.selections import selection_names

_ORDERS = {  # in the address
    "most suspicious first": "suspicion",
    "pair by pair": "pairs",
    "at random": "random",
    "where reviewers disagree": DISPUTED,
}
_AGAIN = {"none": 0.0, "1 in 10": 0.1, "1 in 4": 0.25, "all": 1.0}  # of what others judged
ONE, GRID, FIFTYONE = "one", "grid", "FiftyOne"


def choices(own: Bench, who: str) -> tuple[Sitting, str]:
    """Show what can be chosen, and return it; how it is looked at comes last: one image, a grid, or in FiftyOne."""
    rows, suggested = own.audit.rows, own.audit.consensus.suggested
    splits = [split for split in ("test", "val", "train") if split in rows.splits]
    split = st.segmented_control(
        "Split",
        [*splits, ALL],
        default=splits[0],
        required=True,
        key="split",
        bind="query-params",
        label_visibility="collapsed",
    )
    how = st.segmented_control(
        "Images",
        [ONE, GRID, FIFTYONE],
        default=ONE,
        required=True,
        key="images",
        bind="query-params",
        label_visibility="collapsed",
    )
    part = own.part(split).rows
    found = pairs(rows.labels[part], suggested[part])
    named = {f"{rows.classes[given]} → {rows.classes[other]}": (given, other) for given, other in found}
    selected = [f"{SELECTION}{name}" for name in selection_names(workspace(), own.audit.name)]
    order = st.selectbox(
        "Order",
        [*_ORDERS, *selected, *named],
        key="order",
        bind="query-params",
        label_visibility="collapsed",
        disabled=how == FIFTYONE,  # it shows the queue as it is
        width=230,
    )
    blind = st.toggle("Blind", key="blind", bind="query-params", disabled=how != ONE)
    with st.popover(plain(who), icon=":material/person:", type="tertiary"):
        again = st.segmented_control(
            "Second opinions: of what others judged, look at",
            list(_AGAIN),
            default="1 in 10",
            required=True,
            key="again",
            bind="query-params",
        )
        st.caption("The same images for all reviewers, so that their agreement can be told; verdicts are not shown.")
        ask_name("review.rename", who)
    kind = order if order in selected else _ORDERS.get(order, "pairs")
    if how == GRID and kind == DISPUTED:
        how = ONE
    blind = blind and how == ONE and kind != DISPUTED  # who settles a dispute hears both sides
    return Sitting(own, who, split, kind, named.get(order), blind, _AGAIN[again]), how
