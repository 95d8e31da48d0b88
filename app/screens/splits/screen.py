"""The decisions so far, and the versions made from them: their contents, their differences and their export."""

from pathlib import Path

import streamlit as st

from app.html_parts.assets import FORMS
from app.panels.bench import bench
from app.panels.data_bar import audit_as_given, data_bar
from app.screens.splits.decisions import decisions_part
from app.screens.splits.export import export_part
from app.screens.splits.make import make_part
from app.screens.splits.versions import versions_part
from app.state import workspace

PARTS = ("Decisions", "New version", "Versions", "Export")


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    st.html(Path(__file__).with_name("screen.css"))
    bar = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-splits")
    with bar:
        chosen = data_bar()
    audit = audit_as_given(
        chosen,
        "Versions hold the labels of an audited data set, as people corrected them.",
        "Decisions and versions are those of {base}: choose it above.",
    )
    if audit is None:
        return
    with bar:
        part = st.segmented_control(
            "Part", PARTS, default=PARTS[0], key="part", bind="query-params", label_visibility="collapsed",
            required=True,
        )  # fmt: skip
    review_bench = bench(workspace(), audit.name)
    if part == "Decisions" and review_bench:
        decisions_part(review_bench)
    elif part == "New version" and review_bench:
        make_part(review_bench)
    elif part == "Versions":
        versions_part(audit)
    elif part == "Export":
        export_part(audit.name)


screen()
