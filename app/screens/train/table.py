"""The finished trainings of a data set as a table: accuracy with its interval, seconds, labels they learned from."""

from pathlib import Path

import streamlit as st

from app.html_parts.templates import macros
from curation.reports.training.table import training_figures
from curation.results.trained import report_folder
from curation.workspace.folders import Workspace

_HTML = macros(__file__)


def finished_trainings(workspace: Workspace, dataset: str) -> None:
    """Show a line for each recipe and version, the latest first, and the choice of a report to download."""
    trainings = training_figures(workspace, dataset)[::-1]
    st.html(_HTML.trainings(trainings))
    pages = {line["group"]: report_folder(workspace, dataset, line["group"]) / "report.html" for line in trainings}
    _report_button({group: page for group, page in pages.items() if page.exists()})


def _report_button(written: dict[str, Path]) -> None:
    if not written:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = st.selectbox("Report of", list(written), key="train.report-of", width=380)
        st.download_button(
            "Report", written[group].read_bytes, f"errata-{group}.html", "text/html", icon=":material/description:",
            key="train.report",
        )  # fmt: skip
