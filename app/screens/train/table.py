"""The finished trainings of a data set as a table: accuracy with its interval, seconds, labels they learned from."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from app.html_parts.templates import macros
from curation.results.trained import report_folder
from curation.workspace.folders import Workspace

_HTML = macros(__file__)


def finished_trainings(trainings: Sequence[dict[str, Any]]) -> Markup:
    """Return a line for each recipe and version, the latest first.

    Args:
        trainings: as `training_figures` returns them.
    """
    return _HTML.trainings(trainings[::-1])


def report_button(workspace: Workspace, dataset: str, trainings: Sequence[dict[str, Any]]) -> None:
    """Show the choice of a finished training and the download of its report; see `finished_trainings`."""
    pages = {
        training["group"]: report_folder(workspace, dataset, training["group"]) / "report.html"
        for training in reversed(trainings)
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
