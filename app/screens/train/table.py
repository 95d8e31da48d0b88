"""The finished trainings of a data set as a table: accuracy with its interval, seconds, labels they learned from."""

from html import escape
from typing import Any

import streamlit as st

from curation.reports.training.table import training_figures
from curation.workspace.folders import Workspace

_HEAD = ("trained", "on", "test accuracy", "images: train, test", "parameters", "training, s", "seeds")


def runs_table(workspace: Workspace, dataset: str) -> str:
    """Return a line for each recipe and version, the latest first; empty where nothing is trained."""
    lines = training_figures(workspace, dataset)
    if not lines:
        return ""
    rows = "".join(_row(one) for one in reversed(lines))
    head = "".join(f"<th{' class=er-n' if i > 1 else ''}>{name}</th>" for i, name in enumerate(_HEAD))
    return (
        f'<table class="er-list"><tr>{head}</tr>{rows}</table><p><small>Mean ± standard deviation over seeds; of one '
        "seed with its 95 % interval. Each is measured on the test labels of the version it was trained on.</small></p>"
    )


def report_button(workspace: Workspace, dataset: str) -> None:
    """Show the choice of a finished training and the download of its report."""
    pages = {
        one["group"]: workspace.reports / dataset / "runs" / one["group"] / "report.html"
        for one in reversed(training_figures(workspace, dataset))
    }
    there = {group: page for group, page in pages.items() if page.exists()}
    if not there:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = st.selectbox("Report of", list(there), key="train.report-of", width=380)
        st.download_button(
            "Report", there[group].read_bytes, f"errata-{group}.html", "text/html", icon=":material/description:",
            key="train.report",
        )  # fmt: skip


def _row(one: dict[str, Any]) -> str:
    name = escape(str(one["recipe"] or one["group"]))
    variant = (
        f"<br><small>{escape(one['variant'])}</small>" if one["variant"] and one["variant"] != one["recipe"] else ""
    )
    own = one["accuracy"]
    if own is None:
        accuracy = "–"  # noqa: RUF001
    elif own["std"] is None:
        accuracy = f"<b>{own['mean']:.1%}</b> <small>({one['low']:.1%} to {one['high']:.1%})</small>"
    else:
        accuracy = f"<b>{own['mean']:.1%}</b> <small>± {own['std']:.1%}</small>"
    images = f"{one['images'].get('train', 0):,}, {one['n'] or 0:,}"
    cells = (
        accuracy,
        images,
        f"{one['parameters'] or 0:,}",
        f"{one['seconds']['mean']:,.0f}" if one["seconds"] else "",
    )
    numbers = "".join(f'<td class="er-n">{cell}</td>' for cell in (*cells, f"{one['seeds']}"))
    return f"<tr><td>{name}{variant}</td><td>{escape(one['version'])}</td>{numbers}</tr>"
