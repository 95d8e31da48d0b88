"""The selections that were kept, each with the way to its review."""

from html import escape

import streamlit as st

from app.html_parts.picks import pick
from app.state import workspace
from curation.review.selections import Selection, load_selection, selection_names
from curation.words import counted
from models.errors import ErrataError


def kept_selections(dataset: str) -> None:
    """Show what was kept of a data set, newest first; nothing where nothing was."""
    known, damaged = [], []
    for name in selection_names(workspace(), dataset):
        try:
            known.append(load_selection(workspace(), dataset, name))
        except ErrataError as error:
            damaged.append(f"{error}.")
    if known:
        lines = "".join(map(_line, sorted(known, key=lambda one: one.created, reverse=True)))
        st.html(f"<h4>Selections kept</h4>{lines}")
        st.caption(f"`errata selections {dataset} --remove NAME` forgets one; decisions made with it stay.")
    for sentence in damaged:
        st.warning(sentence)


def _line(one: Selection) -> str:
    review = {"screen": "review", "split": "all", "order": f"selection {one.name}", "image": ""}
    link = pick(escape(one.name), "er-link", f"Review selection {one.name}", **review)
    n = len(one.image_ids)
    about = f"{counted(n, 'image')}, {escape(one.made_from)}, {one.created[:10]}"
    return f"<p>{link}<br><small>{about}</small></p>"
