"""What each architecture sees in the image under review; maps that are missing are drawn beside the queue."""

import streamlit as st

from app.html_parts.components import opinion
from app.jobs.process import last_arguments, start, watch
from app.screens.review.sitting import Look, say
from app.state import workspace
from curation.training.cam_drawing import drawing_folder, missing_cams
from models.errors import ErrataError

POLL_S = 1.0


def opinions(look: Look) -> None:
    """Show probabilities and Grad-CAM maps of each architecture; looked at again while the maps are being drawn."""
    folder = drawing_folder(workspace(), look.sitting.bench.audit.name)
    if missing_cams(look.sitting.bench.audit, look.row) and watch(folder).active:
        st.fragment(_opinions, run_every=POLL_S)(look)
    else:
        _opinions(look)


def _opinions(look: Look) -> None:
    audit, row = look.sitting.bench.audit, look.row
    st.html("".join(opinion(audit, one, row) for one in audit.architectures))
    if not missing_cams(audit, row):
        return
    folder = drawing_folder(workspace(), audit.name)
    arguments, progress = ["draw", audit.name, look.image_id], watch(folder)
    ours = last_arguments(folder) == arguments
    if progress.active:
        which = "this image" if ours else "another image"
        st.html(f'<p class="er-doing">Drawing the maps of {which}; go on, or wait some ten seconds</p>')
        return
    if ours and progress.state in ("failed", "interrupted"):
        st.caption(f"The maps could not be drawn: {progress.error or 'the process is gone'}")
    st.button(
        "Draw Grad-CAM",
        shortcut="G",
        type="tertiary",
        icon=":material/thermostat:",
        key=f"review.draw-{look.image_id}",
        on_click=_draw,
        args=(look, arguments),
    )


def _draw(look: Look, arguments: list[str]) -> None:
    try:
        start(drawing_folder(workspace(), look.sitting.bench.audit.name), arguments)
    except ErrataError as error:
        say(f"{error}.")
