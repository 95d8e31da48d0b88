"""The bench of a review, loaded once for all visitors."""

from pathlib import Path

import streamlit as st

from app.panels.data_bar import readable_audit
from app.state import audit_stamp
from curation.results.audit import Audit
from curation.review.bench import Bench, open_bench
from curation.workspace.folders import Workspace


def bench(workspace: Workspace, name: str) -> Bench | None:
    """Return the bench for the review of a data set; None before there is an audit, and while one writes its files.

    Raises:
        ErrataError: a file of the audit is damaged.
    """
    audit = readable_audit(name)
    if audit is None:
        return None
    return _bench(str(workspace.root), name, audit_stamp(audit.folder), audit)


@st.cache_resource(max_entries=4, show_spinner=False)
def _bench(root: str, name: str, stamp: tuple[int, ...], _audit: Audit) -> Bench:
    return open_bench(Workspace(Path(root)), name, _audit)
