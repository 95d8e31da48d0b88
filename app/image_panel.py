"""The selected image: why its label is suspicious, as each architecture sees it."""

import threading
from collections.abc import Sequence

import streamlit as st

from app.components import image_head, opinion
from app.state import choose_image
from app.suspects import PAGE
from curation.cam_files import cam_jobs, cam_pair
from curation.results import ArchitectureResult, Audit


def image_panel(audit: Audit, row: int) -> None:
    """Show an image, and every architecture's opinion on its label."""
    st.html(image_head(audit, row))
    st.html("".join(opinion(audit, one, row) for one in audit.architectures))
    missing = [
        one for one in audit.architectures if _drawable(one) and not all(p.exists() for p in cam_pair(audit, one, row))
    ]
    if missing and st.button("Draw Grad-CAM", icon=":material/thermostat:", key="image.draw"):
        with st.spinner("Drawing what the models look at …"):
            _draw(audit, missing, row)
        st.rerun()


def neighbour_buttons(audit: Audit, rows: Sequence[int], row: int) -> None:
    """Show the buttons to the neighbours in the ranking, one key away each."""
    place = rows.index(row) if row in rows else None
    st.space("stretch")
    for name, icon, key, step in (("Previous", "arrow_back", "K", -1), ("Next", "arrow_forward", "J", 1)):
        target = -1 if place is None else place + step
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


def _drawable(one: ArchitectureResult) -> bool:
    """Return whether the models of this run are there to be looked into."""
    return (one.run_folder / "fold-0.safetensors").exists()


def _draw(audit: Audit, architectures: Sequence[ArchitectureResult], row: int) -> None:
    with _one_at_a_time():
        from curation.cam import draw_cams  # torch: several seconds, once

        for one in architectures:
            draw_cams(one.run_folder, one.name, cam_jobs(audit, one, [row]))


@st.cache_resource(show_spinner=False)
def _one_at_a_time() -> threading.Lock:
    return threading.Lock()
