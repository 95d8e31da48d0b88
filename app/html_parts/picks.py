"""Links that change the address of the page without loading it again; the browser's back button undoes the change."""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from app.html_parts.assets import run_script
from curation.reports.templates import shown


def hear_picks() -> None:
    """Listen to clicks on links of `pick`; a page needs it once."""
    run_script(Path(__file__).with_name("picks.js"))


def pick(content: str, css_class: str, title: str = "", **choices: str) -> Markup:
    """Return a link that changes the address; it can also be opened in another tab.

    Args:
        content: HTML, or text that is escaped.
        css_class: of the link.
        title: what a screen reader says, and what the mouse over the link shows.
        **choices: parameters of the address; an empty one is removed from it.
    """
    parameters = {**st.query_params.to_dict(), **choices}
    address = urlencode({name: value for name, value in parameters.items() if value})
    named = Markup(' title="{}" aria-label="{}"').format(*[shown(title)] * 2) if title else ""
    return Markup('<a class="{}" href="?{}" data-pick="{}"{}>{}</a>').format(
        css_class, address, urlencode(choices), named, shown(content)
    )
