"""The viewer of every image of the app: `viewer.html` are its parts, which `viewer.js` fills and moves."""

from pathlib import Path

import streamlit as st

from app.html_parts.assets import run_script
from app.html_parts.templates import macros

STYLE = Path(__file__).with_name("viewer.css")
_HTML = macros(__file__)


def viewer() -> None:
    """Put the viewer into the page, closed."""
    st.html(_HTML.viewer())
    run_script(Path(__file__).with_name("viewer.js"))
