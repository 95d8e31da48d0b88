"""The line above a screen: the choice of the data set and of the split, and the audit that a screen needs."""

from functools import partial

import streamlit as st

from app.html_parts.markdown import command, plain
from app.jobs.process import watch
from app.panels.audit import progress_panel
from app.panels.first_list import first_list_note
from app.state import (
    audit_name_of,
    choose_dataset,
    chosen_dataset,
    dataset_names,
    loaded_audit,
    note_opened,
    workspace,
)
from curation.datasets.rows import Rows
from curation.results.audit import Audit
from curation.workspace.names import ORIGINAL, audit_folder, audited_labels
from models.errors import ErrataError

_KEY = "dataset"


def data_bar() -> str:
    """Show the choice of the data set and return the chosen one: a name of the catalogue or of an audit, or a path.

    Raises:
        UnknownDatasetError: the address names a data set that Errata does not know and cannot open.
    """
    chosen = chosen_dataset()
    names = dataset_names(workspace(), chosen)
    st.session_state[_KEY] = chosen
    st.selectbox(
        "Data set: a name, or the path of an image folder or CSV", list(names), key=_KEY, on_change=_choose,
        format_func=partial(_label, names), accept_new_options=True, label_visibility="collapsed",
        width=230, help="A name, or the path of an image folder or CSV",
    )  # fmt: skip
    audit_name_of(chosen)
    note_opened(chosen)
    return chosen


def _label(names: dict[str, str], name: str) -> str:
    return names.get(name, name)


def _choose() -> None:
    if chosen := st.session_state[_KEY]:
        choose_dataset(str(chosen).strip())


def split_choice(rows: Rows, disabled: bool = False) -> str:
    """Show the choice of a split and return the chosen one: test first, `all` last."""
    splits = splits_of(rows)
    return str(
        st.segmented_control(
            "Split", [*splits, "all"], default=splits[0], required=True, key="split", bind="query-params",
            label_visibility="collapsed", disabled=disabled,
        )
    )  # fmt: skip


def splits_of(rows: Rows) -> list[str]:
    """Return the splits that hold images, in the order in which people look at them."""
    return [split for split in ("test", "val", "train") if split in rows.splits]


def audit_of(chosen: str, purpose: str) -> Audit | None:
    """Return the audit of a data set; where it has none, say what the audit is for and show the way to it.

    Args:
        chosen: what `data_bar` returned.
        purpose: what the screen shows of an audit, a whole sentence.
    """
    name = audit_name_of(chosen)
    audit = readable_audit(name)
    if audit is None:
        folder = audit_folder(workspace(), name)
        progress_panel(folder, watch(folder), chosen)
        if not watch(folder).active:
            nothing_yet(chosen, "Not audited yet", purpose)
        return None
    first_list_note(audit)
    return audit


def audit_as_given(chosen: str, purpose: str, advice: str) -> Audit | None:
    """Return the audit of the labels as given; where it is of a version, say which data set to choose instead.

    Args:
        chosen: as for `audit_of`.
        purpose: as for `audit_of`.
        advice: a sentence in which `{base}` stands for that data set.
    """
    audit = audit_of(chosen, purpose)
    if audit is None or (version := audited_labels(workspace(), audit.name)) == ORIGINAL:
        return audit
    base = audit.name.removesuffix(f"-{version}")
    st.info(f"This is the audit of version {version}. {advice.format(base=f'**{plain(base)}**')}")
    return None


def readable_audit(name: str) -> Audit | None:
    """Return the audit of a data set; None before it has results, and while it writes them.

    Raises:
        ErrataError: its files do not fit together, and no audit is running that could be writing them.
    """
    try:
        return loaded_audit(workspace(), name)
    except ErrataError:
        if not watch(audit_folder(workspace(), name)).active:
            raise
        return None


def nothing_yet(chosen: str, title: str, purpose: str) -> None:
    """Say why a screen is empty, and show the way to the audit."""
    st.subheader(title)
    st.write(f"**{plain(audit_name_of(chosen))}** has no audit so far. {purpose}")
    st.button("Open the audit", type="primary", key="bar.audit", on_click=open_screen, args=("audit",))
    st.caption(f"The same in a terminal: {command('errata', 'audit', chosen)}")


def open_screen(name: str) -> None:
    """Go to another screen with the same data set."""
    st.query_params["screen"] = name
