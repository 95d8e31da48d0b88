"""A link that opens a page written by us in the browser, beside the app."""

from pathlib import Path

import streamlit as st
from streamlit import runtime


def open_page(path: Path, label: str, key: str) -> None:
    """Show a link that opens a page in a tab of its own; nothing without a server, as in tests.

    The page is served by the app for as long as the link is shown. It runs no script and loads nothing.

    Args:
        path: of the page, one HTML file.
        label: of the link.
        key: tells the links of a screen apart.
    """
    if runtime.exists():
        address = runtime.get_instance().media_file_mgr.add(path.read_bytes(), "text/html", f"open-page.{key}")
        st.link_button(label, address, type="primary", icon=":material/open_in_new:")
