"""The cookie in which a browser keeps the name of its reviewer."""

from pathlib import Path
from urllib.parse import unquote

import streamlit as st
from markupsafe import Markup

from app.html_parts.assets import run_script

_NAME = "errata_reviewer"  # as the script beside this file writes it


def kept_in_browser() -> str:
    """Return the name that the browser had when it opened the page, empty where there is none."""
    return unquote(st.context.cookies.get(_NAME, ""))


def keep_in_browser(name: str) -> None:
    """Let the browser keep a name; what it kept when the page was opened may be older than this session's last name."""
    with st.container(key="er-frame-reviewer"):
        st.html(Markup('<span class="er-reviewer" data-name="{}"></span>').format(name))
        run_script(Path(__file__).with_suffix(".js"))
