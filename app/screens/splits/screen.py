"""Decisions so far and the versions that are made of them: what they hold, how they differ, where they go."""

import streamlit as st

from app.html_parts.styles import FORMS
from app.panels.bench import bench
from app.panels.data_bar import audit_of, data_bar
from app.screens.splits.decisions import decisions_part
from app.screens.splits.export import export_part
from app.screens.splits.make import make_part
from app.screens.splits.versions import versions_part
from app.state import workspace
from curation.workspace.names import ORIGINAL, audited_labels

PARTS = ("Decisions", "New version", "Versions", "Export")


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-splits")
    with bar:
        chosen = data_bar()
    audit = audit_of(chosen, "Versions hold the labels of an audited data set, as people corrected them.")
    if audit is None:
        return
    if (version := audited_labels(workspace(), audit.name)) != ORIGINAL:
        base = audit.name.removesuffix(f"-{version}")
        st.info(
            f"This is the audit of version {version}. Decisions and versions are those of **{base}**: choose it above."
        )
        return
    with bar:
        part = st.segmented_control(
            "Part",
            PARTS,
            default=PARTS[0],
            key="part",
            bind="query-params",
            label_visibility="collapsed",
            required=True,
        )
    work = bench(workspace(), audit.name)
    if part == "Decisions" and work:
        decisions_part(work)
    elif part == "New version" and work:
        make_part(work)
    elif part == "Versions":
        versions_part(audit)
    elif part == "Export":
        export_part(audit.name)


screen()
