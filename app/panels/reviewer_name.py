"""Who judges in this browser: asked once, and known by a cookie of the browser from then on.

Several people may use one app, each in a browser of their own: the name that the workspace keeps for the command line
is offered to a browser that gave none, never taken for its own.
"""

import streamlit as st

from app.frame.reviewer_cookie import keep_in_browser, kept_in_browser
from app.pressed import pressed
from app.state import workspace
from curation.decisions.decision import checked_reviewer
from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from models.errors import ErrataError

_GIVEN = "reviewer.given"  # in this session, which began before the cookie


def current_reviewer() -> str:
    """Return the name in the address, else the one that was given in this browser; empty where neither is a name."""
    given = str(st.session_state.get(_GIVEN, "")) or kept_in_browser()
    try:
        return checked_reviewer(st.query_params.get("reviewer", "") or given)
    except ErrataError:
        return ""


def ask_name(key: str, known: str = "") -> None:
    """Ask for the name; a valid one is kept in the browser, any other is an error that the screen shows.

    The first name in a workspace is also the one that the command line uses.

    Args:
        key: of the text field.
        known: the name of this browser; where there is none, that of the command line is offered.
    """
    command_line = kept_reviewer(workspace())
    with st.form(f"{key}-form", border=False):
        name = st.text_input("Your name in the decision log", value=known or command_line, max_chars=64, key=key)
        words = "Go on with this name" if known else "Start reviewing"
        sent = pressed(words, f"{key}.sent", st.form_submit_button, type="primary")
    if sent:
        st.session_state[_GIVEN] = checked_reviewer(name.strip())
        if not command_line:
            keep_reviewer(workspace(), name.strip())
        st.query_params.pop("reviewer", None)  # an address that is passed on makes nobody else this reviewer
        st.rerun(scope="app")


def remember_reviewer() -> None:
    """Let the browser keep the name that was given in this session."""
    if given := str(st.session_state.get(_GIVEN, "")):
        keep_in_browser(given)
