"""The choices of a reviewer: split, order, one image or a grid or FiftyOne, blind or not, and the name."""

import streamlit as st

from app.html_parts.markdown import plain
from app.panels.data_bar import split_choice
from app.panels.reviewer_name import ask_name
from app.screens.review.sitting import Sitting
from app.state import workspace
from curation.review.bench import DISPUTED, SELECTION, Bench
from curation.review.queue import LEARNED, pairs
from curation.review.selections import LIST, named_selections, selection_names

_ORDERS = {  # in the address
    "learning from verdicts": LEARNED,
    "most suspicious first": "suspicion",
    "pair by pair": "pairs",
    "at random": "random",
    "where reviewers disagree": DISPUTED,
}
_SHARES = {"none": 0.0, "1 in 10": 0.1, "1 in 4": 0.25, "all": 1.0}  # of what others judged
ONE, GRID, FIFTYONE = "one", "grid", "FiftyOne"


def choices(bench: Bench, reviewer: str) -> tuple[Sitting, str]:
    """Show the choices; return the sitting, and how its images are shown: ONE, GRID or FIFTYONE."""
    split = split_choice(bench.audit.rows)
    shown_as = st.segmented_control(
        "Images", [ONE, GRID, FIFTYONE], default=ONE, required=True, key="images", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    kind, pair = _order_choice(bench, split, disabled=shown_as == FIFTYONE)  # FiftyOne shows the queue in its own order
    blind = st.toggle("Blind", key="blind", bind="query-params", disabled=shown_as != ONE)
    share = _reviewer_popover(reviewer)
    if shown_as == GRID and kind == DISPUTED:
        shown_as = ONE
    blind = blind and shown_as == ONE and kind != DISPUTED  # whoever settles a dispute sees both sides
    return Sitting(bench, reviewer, split, kind, pair, blind, share), str(shown_as)


def _order_choice(bench: Bench, split: str, disabled: bool) -> tuple[str, tuple[int, int] | None]:
    """Show the choice of the order; return it as `Bench.queue` takes it: its name, and a pair where one was chosen."""
    audit, rows = bench.audit, bench.part(split).rows
    classes = audit.rows.classes
    confusions = pairs(audit.rows.labels[rows], audit.consensus.suggested[rows])
    named = {f"{classes[given]} → {classes[other]}": (given, other) for given, other in confusions}
    selections = [f"{SELECTION}{name}" for name in named_selections(workspace(), audit.name)]
    selections += _opened_list(audit.name)
    order = st.selectbox(
        "Order", [*_ORDERS, *selections, *named], key="order", bind="query-params", label_visibility="collapsed",
        disabled=disabled, width=230,
    )  # fmt: skip
    return order if order in selections else _ORDERS.get(order, "pairs"), named.get(order)


def _opened_list(dataset: str) -> list[str]:
    """Return the chosen order where it is a list that "Review these N" kept; lists have no place otherwise."""
    order = str(st.session_state.get("order") or st.query_params.get("order", ""))
    name = order.removeprefix(SELECTION)
    return [order] if name.startswith(LIST) and name in selection_names(workspace(), dataset) else []


def _reviewer_popover(reviewer: str) -> float:
    """Show the reviewer's name and the choice of second opinions; return which share of the judged images it is."""
    with st.popover(plain(reviewer), icon=":material/person:", type="tertiary"):
        share = st.segmented_control(
            "Second opinions: of what others judged, look at", list(_SHARES), default="1 in 10", required=True,
            key="again", bind="query-params",
        )  # fmt: skip
        st.caption(
            "All reviewers look at the same images, so that their agreement can be measured. Verdicts of others are "
            "hidden."
        )
        ask_name("review.rename", reviewer)
    return _SHARES[str(share)]
