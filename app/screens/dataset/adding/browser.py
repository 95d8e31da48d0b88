"""The folders of this machine, to choose an image folder or a CSV from."""

import os
from pathlib import Path

import streamlit as st

from app.html_parts.markdown import sentence
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.state import workspace
from curation.datasets.folders.browse import browsing_roots, list_folder
from models.errors import ErrataError

PARAMETER = "folder"  # in the address: the folder that is shown
_HTML = macros(__file__)


def folder_browser(chosen: str) -> None:
    """Show what is in the folder of the address; a click opens a folder, or looks at a folder or CSV.

    Args:
        chosen: name of the parameter of the address that a look goes into.
    """
    roots = browsing_roots(workspace())
    looked_at = st.query_params.get(chosen, "")
    asked = st.query_params.get(PARAMETER, "") or (str(Path(looked_at).parent) if looked_at else "")
    try:
        listing = list_folder(Path(asked) if asked else roots[0], roots)
    except ErrataError as error:
        if PARAMETER in st.query_params:
            st.error(f"{sentence(error)}.")
        listing = list_folder(roots[0], roots)
    here = str(listing.folder)
    places = [pick(_short(root), "er-link", **{PARAMETER: str(root)}) for root in roots]
    folders = [pick(name, "er-link", **{PARAMETER: os.path.join(here, name)}) for name in listing.folders]  # noqa: PTH118
    tables = [pick(name, "er-link", **{chosen: os.path.join(here, name)}) for name in listing.tables]  # noqa: PTH118
    up = pick("one folder up", "er-link", **{PARAMETER: str(listing.parent)}) if listing.parent else ""
    take = pick("Look at this folder", "er-go", **{chosen: here})
    st.html(_HTML.browser(here, places, up, folders, tables, listing, take))


def _short(root: Path) -> str:
    home = Path(os.path.realpath(Path.home()))
    return "home" if root == home else root.name
