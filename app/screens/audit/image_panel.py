"""The selected image: why its label is suspicious, as each architecture sees it."""

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from app.html_parts.components import image_head, opinion
from app.jobs.process import JobState, last_arguments, start, watch
from app.screens.audit.suspects import PAGE
from app.state import choose_image, workspace
from curation.results.audit import Audit
from curation.training.cam_drawing import drawing_folder, missing_cams

POLL_S = 1.0


def image_panel(audit: Audit, row: int) -> None:
    """Show an image, and every architecture's opinion on its label."""
    st.html(image_head(audit, row))
    st.html("".join(opinion(audit, one, row) for one in audit.architectures))
    if missing_cams(audit, row):
        _draw_on_demand(audit.name, str(audit.rows.image_ids[row]))


def _draw_on_demand(name: str, image_id: str) -> None:
    """Show the button that draws the maps that are missing, how far that is, or why it went wrong."""
    folder = drawing_folder(workspace(), name)
    arguments, progress = ["draw", name, image_id], watch(folder)
    ours = last_arguments(folder) == arguments
    if progress.active:
        st.fragment(_drawing, run_every=POLL_S)(folder, ours)
        return
    if ours and progress.state in ("failed", "interrupted"):
        st.error(f"The maps could not be drawn: {progress.error or 'the process is gone'}")
    if st.button("Draw Grad-CAM", icon=":material/thermostat:", key="image.draw"):
        start(folder, arguments)
        st.rerun()


def _drawing(folder: Path, ours: bool) -> None:
    progress = watch(folder)
    if not progress.active:
        st.rerun(scope="app")  # the maps are there, or why they are not
    st.html(f'<p class="er-doing">{escape(_doing(progress, ours))}</p>')


def _doing(progress: JobState, ours: bool) -> str:
    waited = f" … {time.time() - progress.started:.0f} s"
    if not ours:
        return f"Drawing the maps of another image{waited}"
    if progress.total:
        return f"Drawing what {progress.stage} looks at{waited}"
    return f"Starting, which takes some ten seconds{waited}"


def neighbour_buttons(audit: Audit, rows: Sequence[int], row: int) -> None:
    """Show the buttons to the neighbours in the ranking, one key away each."""
    place = rows.index(row) if row in rows else -1  # an image of a link that the filters leave out: next is the first
    st.space("stretch")
    for name, icon, key, step in (("Previous", "arrow_back", "K", -1), ("Next", "arrow_forward", "J", 1)):
        target = place + step
        there = 0 <= target < len(rows)
        arguments = (target, str(audit.rows.image_ids[rows[target]])) if there else (0, "")
        st.button(
            name,
            icon=f":material/{icon}:",
            shortcut=key,
            key=f"image.{name.lower()}",
            disabled=not there,
            on_click=_go,
            args=arguments,
        )


def _go(place: int, image_id: str) -> None:
    """Choose an image and turn the table to its page."""
    choose_image(image_id)
    st.session_state["page"] = place // PAGE + 1
