"""Trained networks side by side, on the labels as given and as people curated them."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.html_parts.markdown import command
from app.jobs.queue import jobs
from app.panels.data_bar import audit_as_given, data_bar, open_screen
from app.panels.queue import queue_panel
from app.screens.compare.choices import choose_runs, choose_versions
from app.screens.compare.images import images_part
from app.screens.compare.loaded import Compared, audit_compared, compared, contestants, finished_trainings
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
FIRST = "side by side"
OF_AUDIT = [FIRST, "the choice", "classes", "calibration", "images"]  # parts that the audit's architectures have
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
        _audit_alone(name, chosen, bar)
        return
    with bar:
        runs = choose_runs(name, contestants(workspace(), name))
        labels = choose_versions(name, version_names(workspace(), name))
    comparison = compared(workspace(), name, runs, labels)
    with bar:
        report_buttons(comparison, chosen)
    report_progress(comparison)
    part = _show(comparison, chosen, list(PARTS))
    if part == FIRST and not audit.in_sample:
        beside = audit_compared(workspace(), name, labels)
        st.html(sections_html([sections.compared_section(beside.figures)]))


def _audit_alone(name: str, source: str, bar: DeltaGenerator) -> None:
    """Show the architectures of the audit side by side, and the way to the first training."""
    with bar:
        labels = choose_versions(name, version_names(workspace(), name))
        st.button(
            "Train a network",
            key="compare.train",
            icon=":material/model_training:",
            on_click=open_screen,
            args=("train",),
        )
    _show(audit_compared(workspace(), name, labels), source, OF_AUDIT)
    st.caption(
        "Trained networks will stand beside these, each trained once and compared among themselves. In a terminal: "
        + command("errata", "train", source, "--recipe", "scenes-lite0-frozen")
    )


def _show(comparison: Compared, source: str, parts: list[str]) -> str:
    """Show the choice of the part, and the part; return its name."""
    if st.session_state.get("compare") not in parts:
        st.session_state.pop("compare", None)
    part = st.segmented_control(
        "Part", parts, default=FIRST, required=True, key="compare", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if len(comparison.board.versions) == 1 and part in (FIRST, "what changed", "the choice"):
        st.info(
            "The networks are tested on one version of the labels. Make another one under Splits, or choose one above."
        )
    if part == "images":
        images_part(comparison, source)
    else:
        st.html(sections_html(section(comparison.figures) for section in PARTS[str(part)]))
    return str(part)


screen()
