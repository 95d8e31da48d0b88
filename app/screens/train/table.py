"""The finished trainings of a data set as a table: accuracy with its interval, seconds, labels they learned from."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.templates import macros
from curation.reports.training.table import training_figures
from curation.workspace.folders import Workspace

_HTML = macros(__file__)


def finished_trainings(workspace: Workspace, dataset: str) -> Markup:
    """Return a line for each recipe and version, the latest first."""
    return _HTML.trainings(training_figures(workspace, dataset)[::-1])


def report_button(workspace: Workspace, dataset: str) -> None:
    """Show the choice of a finished training and the download of its report."""
    pages = {
        training["group"]: workspace.reports / dataset / "runs" / training["group"] / "report.html"
        for training in reversed(training_figures(workspace, dataset))
    }
    written = {group: page for group, page in pages.items() if page.exists()}
    if not written:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = st.selectbox("Report of", list(written), key="train.report-of", width=380)
        st.download_button(
            "Report", written[group].read_bytes, f"errata-{group}.html", "text/html", icon=":material/description:",
            key="train.report",
        )  # fmt: skip
