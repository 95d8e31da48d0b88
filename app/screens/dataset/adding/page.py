"""Add a data set: choose it, look at what it holds, then say go."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import command, plain, sentence
from app.panels.dataset.look import look, minutes, show_look, show_thumbnails
from app.screens.dataset.adding.browser import PARAMETER, folder_browser
from app.screens.dataset.adding.catalogue import catalogue
from app.screens.dataset.adding.columns import column_choice
from app.screens.dataset.adding.uploads import upload_field
from app.screens.dataset.balance import balance_table, counts_of
from app.state import choose_dataset, note_opened, workspace
from curation.datasets.catalog import DatasetSpec
from curation.datasets.finding import find_dataset
from curation.workspace.names import audited
from models.errors import ErrataError

ADDING, LOOK = "add", "look"  # in the address
MACHINE, UPLOAD, CATALOGUE = "on this machine", "zip or table", "known data sets"


def adding() -> bool:
    """Return whether the address asks to add a data set."""
    return bool(st.query_params.get(ADDING))


def open_adding() -> None:
    """Go to the page that adds a data set."""
    st.query_params[ADDING] = "yes"


def close_adding() -> None:
    """Leave the page that adds a data set."""
    for parameter in (ADDING, LOOK, PARAMETER):
        st.query_params.pop(parameter, None)
    for key in (_PATH, "dataset.upload"):
        st.session_state.pop(key, None)


def add_page() -> None:
    """Show the ways to choose a data set, and beside them what the chosen one holds."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Add a data set")
        st.button("Close", icon=":material/close:", key="dataset.close", on_click=close_adding)
    left, right = st.columns([5, 8], gap="large")
    with left:
        way = st.segmented_control(
            "From", (MACHINE, UPLOAD, CATALOGUE), default=MACHINE, required=True, key="dataset.from",
            label_visibility="collapsed",
        )  # fmt: skip
        if way == UPLOAD:
            upload_field(LOOK)
        elif way == CATALOGUE:
            catalogue()
        else:
            _typed_path()
            folder_browser(LOOK)
    if path := st.query_params.get(LOOK, ""):
        with right:
            _looked_at(path)


_PATH = "dataset.path"


def _typed_path() -> None:
    st.session_state.setdefault(_PATH, st.query_params.get(LOOK, ""))
    st.text_input(
        "An image folder or a table of labels: type its path, or choose it below", key=_PATH,
        placeholder="/home/me/photos", on_change=_look_at_typed,
    )  # fmt: skip
    st.caption(
        "A folder holds `split/class/*.jpg` or `class/*.jpg`; a table (CSV, JSON Lines, Parquet) a column of paths and "
        "one of labels. Zips, tars of WebDataset and what Hugging Face's `datasets` saves are read as they are."
    )


def _look_at_typed() -> None:
    if path := str(st.session_state[_PATH]).strip():
        st.query_params[LOOK] = path
    else:
        st.query_params.pop(LOOK, None)


def _looked_at(path: str) -> None:
    """Show what a folder or file holds, with the buttons that add it."""
    try:
        spec = find_dataset(path, workspace())
        looked = look(spec)
    except (ErrataError, OSError) as error:
        st.error(f"{sentence(error)}.")
        return
    known = spec.name in audited(workspace())
    st.html(Markup('<h3 class="er-looked">{}</h3><p class="er-source">{}</p>').format(spec.title, path))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _buttons(path, spec, bool(looked.refusal), known)
    show_look(looked)
    column_choice(path, spec, looked.refusal)
    if looked.rows is not None:
        st.html(balance_table(counts_of(looked.rows)))
    show_thumbnails(looked)
    if not looked.refusal:
        takes = f" It takes {minutes(looked)}." if minutes(looked) else ""
        st.caption(f"The audit in a terminal: {command('errata', 'audit', path)}.{takes}")


def _buttons(path: str, spec: DatasetSpec, refused: bool, known: bool) -> None:
    if known:
        st.button(
            f"Open {plain(spec.name)}", type="primary", key="dataset.open", on_click=_add, args=(spec.name, "dataset")
        )
        st.caption("It is audited already.")
        return
    st.button(
        "Add", type="primary", icon=":material/add:", key="dataset.add", disabled=refused, on_click=_add,
        args=(path, "dataset"),
    )  # fmt: skip
    st.button(
        "Add and go on to its audit", key="dataset.add-audit", icon=":material/play_arrow:", disabled=refused,
        on_click=_add, args=(path, "audit"),
    )  # fmt: skip


def _add(chosen: str, screen: str) -> None:
    note_opened(chosen)
    close_adding()
    choose_dataset(chosen)
    st.query_params["screen"] = screen
