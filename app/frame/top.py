"""What stands above every screen: its title, the links to all screens, the size of tiles; and what all screens need."""

import json
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.frame.viewer import STYLE, viewer
from app.html_parts.assets import run_script
from app.html_parts.picks import hear_picks, pick
from app.html_parts.templates import macros
from app.meanings import purposes
from app.state import chosen_dataset
from curation.palette import themed_css

_HERE = Path(__file__).parent
_HTML = macros(__file__)
_PARTS = '.stApp, [data-testid="stPopoverBody"], [data-testid="stDialog"]'  # those outside the app's element too


def top(screens: Mapping[str, str], chosen: str) -> None:
    """Show the links to the screens, and let the page follow links, enlarge images and read out what changes.

    Args:
        screens: name in the address -> title.
        chosen: the name of the screen below.
    """
    st.html(Markup("<style>{}</style>").format(Markup(themed_css(_PARTS, "er-"))))  # noqa: S704 (our own colours)
    for style in (_HERE.parent / "style.css", STYLE):
        st.html(style)
    st.html(
        _HTML.top(
            screens[chosen],
            [_link(name, title, name == chosen) for name, title in screens.items()],
            json.dumps(purposes()),
        )
    )
    with st.container(key="er-frame-parts"):
        hear_picks()
        run_script(_HERE / "landmarks.js")
        viewer()


def _link(name: str, title: str, here: bool) -> Markup:
    link = pick(title, "er-here" if here else "er-there", screen=name)
    return Markup('<span aria-current="page">{}</span>').format(link) if here else link


def name_dataset() -> None:
    """Tell the viewer which data set the screen shows: its images come whole from there. To be called last."""
    with st.container(key="er-frame-dataset"):
        st.html(Markup('<span class="er-dataset" data-name="{}"></span>').format(chosen_dataset()))
