"""Style sheets and scripts of the screens; those of a single screen lie beside it as `screen.css` and `screen.js`."""

from pathlib import Path

import streamlit as st

FORMS = Path(__file__).with_name("forms.css")  # forms, tables, charts and progress
TILES = Path(__file__).with_name("tiles.css")  # images side by side, and links


def run_script(path: Path) -> None:
    """Let the page run a script; a script that was started before has to notice that itself."""
    st.html(f"<script>{path.read_text(encoding='utf-8')}</script>", width="content", unsafe_allow_javascript=True)
