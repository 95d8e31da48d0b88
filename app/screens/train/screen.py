"""Retrain on the labels as given or as curated; several trainings wait for one another."""

import streamlit as st

from app.html_parts.styles import FORMS
from app.panels.data_bar import audit_of, data_bar
from app.panels.queue import queue_panel
from app.screens.train.form import retrain_button, train_form
from app.screens.train.table import report_button, runs_table
from app.state import workspace
from curation.workspace.names import ORIGINAL, audited_labels


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-train"):
        chosen = data_bar()
    audit = audit_of(chosen, "The audit finds the images and their copies, which a training needs to know.")
    if audit is None:
        return
    if (version := audited_labels(workspace(), audit.name)) != ORIGINAL:
        base = audit.name.removesuffix(f"-{version}")
        st.info(f"This is the audit of version {version}. Train on it by choosing **{base}** above.")
        return
    left, right = st.columns([9, 13], gap="large")
    with left:
        st.html("<h3>After a review</h3>")
        retrain_button(audit)
        st.html("<h3>Any training</h3>")
        train_form(audit)
    with right:
        st.html("<h3>Queue</h3>")
        queue_panel(audit.name)
        table = runs_table(workspace(), audit.name)
        st.html("<h3>Finished trainings</h3>" + (table or "<p>None yet. They stand here with their accuracy.</p>"))
        report_button(workspace(), audit.name)


screen()
