"""From seeing to judging: the button that reviews the images of a list, and the way back to where they stood."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from markupsafe import Markup
from streamlit.errors import StreamlitAPIException

from app.html_parts.picks import pick
from app.state import workspace
from curation.review.bench import ALL, SELECTION
from curation.review.selections import keep_list

BACK = "back"  # in the address: the address of the screen from which the review was opened
SPLIT, ORDER = "split", "order"  # keys of fields that are bound to the address
_TITLES = {"dataset": "Data set", "audit": "Audit", "errors": "Errors", "map": "Map", "review": "Review"}
LONGEST = 4000  # letters of an address that is kept
_KEPT = ("dataset", "reviewer")  # parameters that mean the same on every screen

Kind = Literal["primary", "secondary", "tertiary"]


def review_button(dataset: str, image_ids: Sequence[str], made_from: str, key: str, kind: Kind = "secondary") -> None:
    """Show the button that makes a queue of the images of a list; nothing for an empty list.

    Args:
        dataset: name of the audited data set.
        image_ids: of the list, whatever their order.
        made_from: where they stand, in words: the queue is named after it.
        key: of the button.
        kind: of the button, by how likely people press it next.
    """
    if not image_ids:
        return
    st.button(
        "Review this" if len(image_ids) == 1 else f"Review these {len(image_ids):,}", icon=":material/rate_review:",
        key=key, type=kind, on_click=_review, args=(dataset, list(image_ids), made_from),
    )  # fmt: skip


def review_link(image_id: str, content: str = "Review this", css_class: str = "er-go") -> Markup:
    """Return the link to the review of an image; `picks.js` notes the way back."""
    return pick(content, css_class, f"{content}: {image_id}", screen="review", image=image_id)


def back_link(css_class: str = "er-link") -> Markup | None:
    """Return the link to the list from which the review was opened, with its filters; None where it was opened alone.

    Args:
        css_class: of the link.
    """
    before = dict(parse_qsl(st.query_params.get(BACK, "")[:LONGEST]))
    title = _TITLES.get(before.get("screen", "audit"))
    if not before or title is None:
        return None
    gone = {name: "" for name in st.query_params if name not in before}
    return pick(f"← Back to {title}", css_class, **{**gone, **before})


def _review(dataset: str, image_ids: list[str], made_from: str) -> None:
    """Keep the images, and open their review."""
    selection = keep_list(workspace(), dataset, image_ids, made_from)
    before = {name: value for name, value in st.query_params.items() if name != BACK}
    if split := st.session_state.get(SPLIT):
        before[SPLIT] = str(split)  # also where it is the default, which the address leaves out
    for name in before:
        if name not in _KEPT:
            with suppress(StreamlitAPIException):  # bound to a field: leaves the address with the field
                st.query_params.pop(name, None)
    st.query_params["screen"] = "review"
    st.query_params[BACK] = urlencode(before)
    for key, value in ((SPLIT, ALL), (ORDER, f"{SELECTION}{selection.name}")):  # fields of the review
        st.session_state[key] = value
        with suppress(StreamlitAPIException):  # where the screen has that field, it writes its value itself
            st.query_params[key] = value
