"""Retrain on the labels as given or as curated; trainings wait in a queue and run one after another."""

import streamlit as st

from app.html_parts.assets import FORMS
from app.panels.data_bar import audit_as_given, data_bar
from app.panels.queue import queue_panel
from app.screens.train.form import retrain_button, train_form
from app.screens.train.table import finished_trainings
from app.state import workspace


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-train"):
        chosen = data_bar()
    audit = audit_as_given(
        chosen,
        "The audit finds the images and their copies; a training needs both.",
        "Train on it by choosing {base} above.",
    )
    if audit is None:
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
        finished_trainings(workspace(), audit.name)


screen()
