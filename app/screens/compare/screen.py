"""Trained networks side by side, on the labels as given and as people curated them."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.jobs.queue import jobs
from app.panels.data_bar import audit_as_given, data_bar, open_screen
from app.panels.queue import queue_panel
from app.screens.compare.choices import choose_runs, choose_versions
from app.screens.compare.images import images_part
from app.screens.compare.loaded import Compared, compared, contestants, finished_trainings
from app.screens.compare.report import report_buttons, report_progress
from app.screens.compare.sections import sections_html, style_html
from app.state import workspace
from curation.comparison.pages import sections
from curation.reports.frame import Section
from curation.workspace.names import version_names

PARTS: dict[str, tuple[Callable[[dict[str, Any]], Section], ...]] = {  # in the address -> sections of the page
    "side by side": (sections.compared_section, sections.review_section),
    "the choice": (sections.contests_section, sections.pairs_section),
    "what changed": (sections.changed_section,),
    "classes": (sections.classes_section, sections.confusion_section),
    "calibration": (sections.calibration_section,),
    "curves": (sections.curves_section, sections.settings_section),
    "images": (),
}
PURPOSE = "Networks are compared on the images and labels of an audit."


def screen() -> None:
    """Show the screen."""
    st.html(style_html())
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare-bar")
    with bar:
        chosen = data_bar()
    audit = audit_as_given(chosen, PURPOSE, "Compare on it under {base}.")
    if audit is None:
        return
    name = audit.name
    if any(job.open and job.dataset == name for job in jobs(workspace())):
        queue_panel(name)
    if not finished_trainings(workspace(), name):
        _nothing_yet(chosen)
        return
    with bar:
        runs = choose_runs(name, contestants(workspace(), name))
        labels = choose_versions(name, version_names(workspace(), name))
    comparison = compared(workspace(), name, runs, labels)
    with bar:
        report_buttons(comparison, chosen)
    report_progress(comparison)
    _show(comparison, chosen)


def _show(comparison: Compared, source: str) -> None:
    part = st.segmented_control(
        "Part", list(PARTS), default="side by side", required=True, key="compare", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if len(comparison.board.versions) == 1 and part in ("side by side", "what changed", "the choice"):
        st.info(
            "The networks are tested on one version of the labels. Make another one under Splits, or choose one above."
        )
    if part == "images":
        images_part(comparison, source)
    else:
        st.html(sections_html(section(comparison.figures) for section in PARTS[str(part)]))


def _nothing_yet(chosen: str) -> None:
    st.subheader("Nothing to compare yet")
    st.write("The comparison shows trained networks on the test labels as given and as curated.")
    st.button("Train some", type="primary", key="compare.train", on_click=open_screen, args=("train",))
    st.caption(f"The same in a terminal: `errata train {chosen} --recipe scenes-lite0-frozen`")


screen()
