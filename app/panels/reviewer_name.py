"""The name of the reviewer: asked once, kept in the workspace and in the address."""

import streamlit as st

from app.state import workspace
from curation.decisions.decision import checked_reviewer
from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from models.errors import ErrataError


def current_reviewer() -> str:
    """Return the name in the address, else the kept one; empty where neither is a name."""
    name = st.query_params.get("reviewer", "") or kept_reviewer(workspace())
    try:
        return checked_reviewer(name)
    except ErrataError:
        return ""


def ask_name(key: str, known: str = "") -> None:
    """Ask for the name; a valid one is kept, any other is an error that the screen shows.

    Args:
        key: of the text field.
        known: the name that is offered first.
    """
    with st.form(f"{key}-form", border=False):
        name = st.text_input("Your name in the decision log", value=known, max_chars=64, key=key)
        sent = st.form_submit_button("Start reviewing" if not known else "Go on with this name", type="primary")
    if sent:
        st.query_params["reviewer"] = keep_reviewer(workspace(), name.strip())
        st.rerun(scope="app")
