"""The bench of a review, loaded once for all visitors."""

from pathlib import Path

import streamlit as st

from app.panels.data_bar import readable_audit
from app.state import audit_stamp, workspace
from curation.results.audit import Audit
from curation.review.bench import ALL, Bench, open_bench
from curation.review.wrong_labels import WrongLabels, wrong_labels, wrong_labels_of
from curation.workspace.folders import Workspace


def bench(home: Workspace, name: str) -> Bench | None:
    """Return the bench for the review of a data set; None before there is an audit, and while one writes its files.

    Raises:
        ErrataError: a file of the audit is damaged.
    """
    audit = readable_audit(name)
    if audit is None:
        return None
    return _bench(str(home.root), name, audit_stamp(audit.folder), audit)


def wrong_labels_in(audit: Audit, split: str = ALL) -> WrongLabels:
    """Return the number of wrong labels that every screen states, by the verdicts so far.

    Raises:
        ErrataError: the log or an embedding cannot be read, or the split has no image.
    """
    shared = bench(workspace(), audit.name)
    return wrong_labels(shared.budget(split)) if shared else wrong_labels_of(workspace(), audit, split)


@st.cache_resource(max_entries=4, show_spinner=False)
def _bench(root: str, name: str, stamp: tuple[int, ...], _audit: Audit) -> Bench:
    return open_bench(Workspace(Path(root)), name, _audit)
