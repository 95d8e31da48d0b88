"""Who reviews: asked once, kept in the workspace and in the address."""

import streamlit as st

from app.state import workspace
from curation.decisions import checked_reviewer
from models.errors import ErrataError
from models.files import read_json, write_json

_FILE = "reviewer.json"  # in the workspace


def reviewer() -> str:
    """Return the reviewer's name: the one in the address, else who reviewed here last; empty before it was asked."""
    name = st.query_params.get("reviewer", "") or _kept()
    try:
        return checked_reviewer(name)
    except ErrataError:
        return ""


def ask_name(key: str, known: str = "") -> None:
    """Ask for the name; a valid one is kept."""
    with st.form(f"{key}-form", border=False):
        name = st.text_input("Your name, as the decision log shall carry it", value=known, max_chars=64, key=key)
        sent = st.form_submit_button("Start reviewing" if not known else "Go on with this name", type="primary")
    if sent:
        name = checked_reviewer(name.strip())  # a sentence where it is none
        write_json(workspace().root / _FILE, {"reviewer": name})
        st.query_params["reviewer"] = name
        st.rerun(scope="app")


def _kept() -> str:
    path = workspace().root / _FILE
    return str(read_json(path).get("reviewer", "")) if path.exists() else ""
