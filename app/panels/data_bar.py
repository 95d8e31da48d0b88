"""The line above a screen: which data set, and what to do where it was not audited yet."""

import streamlit as st

from app.jobs.process import watch
from app.panels.audit import progress_panel
from app.state import DEFAULT_DATASET, audit_name_of, dataset_names, loaded_audit, workspace
from curation.results.audit import Audit
from curation.workspace.names import audit_folder
from models.errors import ErrataError


def data_bar() -> str:
    """Show the choice of the data set and return what was chosen: a name of the catalogue, or of an audit."""
    names = dataset_names(workspace())
    first = names.index(DEFAULT_DATASET) if DEFAULT_DATASET in names else 0
    return str(
        st.selectbox(
            "Data set", names, index=first, key="dataset", bind="query-params", label_visibility="collapsed", width=200
        )
    )


def audit_of(chosen: str, purpose: str) -> Audit | None:
    """Return the audit of a data set; where there is none yet, say what it is needed for and where it starts.

    Args:
        chosen: what `data_bar` returned.
        purpose: what the screen shows of an audit, a whole sentence.
    """
    name = audit_name_of(chosen)
    folder = audit_folder(workspace(), name)
    try:
        audit = loaded_audit(workspace(), name)
    except ErrataError:
        if not watch(folder).active:
            raise
        audit = None  # files that do not fit together are no error while an audit writes them
    if audit is None:
        progress_panel(folder, watch(folder), chosen)
        if not watch(folder).active:
            nothing_yet(chosen, "Not audited yet", purpose)
    return audit


def nothing_yet(chosen: str, title: str, purpose: str) -> None:
    """Say why a screen is empty, and open the way to the audit."""
    st.subheader(title)
    st.write(purpose)
    st.button("Open the audit", type="primary", key="bar.audit", on_click=open_screen, args=("audit",))
    st.caption(f"The same in a terminal: `errata audit {chosen}`")


def open_screen(name: str) -> None:
    """Go to another screen, with the same data set."""
    st.query_params["screen"] = name
