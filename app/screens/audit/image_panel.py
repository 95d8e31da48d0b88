"""The selected image: why its label is suspicious, and what each architecture says about it."""

import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.bars import quality_bar
from app.html_parts.labels import badges, change, given_label, suspicion
from app.html_parts.markdown import sentence
from app.html_parts.opinion import opinion
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.jobs.drawing import Drawing, is_last_drawing, start_drawing
from app.jobs.process import JobState, watch
from app.panels.job import POLL_S
from app.panels.lists.to_review import review_link
from app.pressed import pressed
from app.screens.audit.suspects import PAGE
from app.state import choose_image, workspace
from curation.decisions.decision import Decision
from curation.decisions.verdicts import MOVES
from curation.results.audit import Audit
from curation.training.cam_drawing import drawing_folder, missing_cams

LARGE_PX = 400
COPIES = 3  # that are named
_HTML = macros(__file__)


def image_panel(audit: Audit, row: int, verdicts: Sequence[Decision]) -> None:
    """Show an image, the verdicts on it, and every architecture's opinion on its label."""
    st.html(_image(audit, row, verdicts))
    st.html(Markup("").join(opinion(audit, architecture, row) for architecture in audit.architectures))
    if missing_cams(audit, row):
        _draw_on_demand(audit.name, str(audit.rows.image_ids[row]))


def _image(audit: Audit, row: int, verdicts: Sequence[Decision]) -> Markup:
    """Return the image, large, and what is known about it."""
    rows, classes = audit.rows, audit.rows.classes
    given, suggested = int(rows.labels[row]), int(audit.consensus.suggested[row])
    if suggested != given:
        title: Markup = change(classes[given], classes[suggested])
        note = "given label → what the models say together"
    else:
        title = given_label(classes[given])
        note = f"the models agree with the given label; next best is {classes[audit.alternatives()[row]]}"
    return _HTML.image(
        image_id=str(rows.image_ids[row]),
        source=picture(rows.path(row), LARGE_PX),
        title=title,
        note=note,
        quality=quality_bar(float(audit.consensus.label_quality[row])),
        suspicion=suspicion(audit, [row])[0],
        size_px=audit.checked.sizes_px[row],
        split=rows.splits[row],
        copies=_copies(audit, row),
        most=COPIES,
        badges=badges(verdicts),
        link=review_link(str(rows.image_ids[row])),
    )


def _copies(audit: Audit, row: int) -> list[tuple[str, str]]:
    """Return name and given label of the images that are copies of this one."""
    groups, rows = audit.duplicates.groups, audit.rows
    copies = [int(copy) for copy in (groups == groups[row]).nonzero()[0] if copy != row]
    return [(str(rows.image_ids[copy]), rows.classes[rows.labels[copy]]) for copy in copies]


def _draw_on_demand(name: str, image_id: str) -> None:
    """Show the button that draws the missing maps, the progress of the drawing, or why it failed."""
    folder = drawing_folder(workspace(), name)
    drawing, job_state = Drawing(name, (image_id,)), watch(folder)
    of_this_image = is_last_drawing(workspace(), name, drawing)
    if job_state.active:
        st.fragment(_drawing, run_every=POLL_S)(folder, of_this_image)
        return
    if of_this_image and job_state.state in ("failed", "interrupted"):
        st.error(f"The maps could not be drawn: {sentence(job_state.error or 'the process is gone')}")
    if pressed("Draw Grad-CAM", "image.draw", icon=":material/thermostat:"):
        start_drawing(workspace(), name, drawing)
        st.rerun()


def _drawing(folder: Path, of_this_image: bool) -> None:
    job_state = watch(folder)
    if not job_state.active:
        st.rerun(scope="app")  # which shows the maps, or why there are none
    st.html(Markup('<p class="er-doing">{}</p>').format(_drawing_text(job_state, of_this_image)))


def _drawing_text(job_state: JobState, of_this_image: bool) -> str:
    elapsed = f" … {time.time() - job_state.started:.0f} s"
    if not of_this_image:
        return f"Drawing the maps of another image{elapsed}"
    if job_state.total:
        return f"Drawing what {job_state.stage} looks at{elapsed}"
    return f"Starting, which takes some ten seconds{elapsed}"


def neighbour_buttons(audit: Audit, rows: Sequence[int], row: int) -> None:
    """Show the buttons to the previous and the next image in the ranking, with a key for each."""
    place = rows.index(row) if row in rows else -1  # the filters leave out the image of a link: next is the first
    st.space("stretch")
    keys = {name: key for name, (key, _, _) in MOVES.items()}
    for name, icon, key, step in (
        ("Previous", "arrow_back", keys["back"], -1),
        ("Next", "arrow_forward", keys["next"], 1),
    ):
        target = place + step
        exists = 0 <= target < len(rows)
        st.button(
            name, icon=f":material/{icon}:", shortcut=key, key=f"image.{name.lower()}", disabled=not exists,
            on_click=_go, args=(target, str(audit.rows.image_ids[rows[target]])) if exists else (0, ""),
        )  # fmt: skip


def _go(place: int, image_id: str) -> None:
    """Choose an image and turn the table to its page."""
    choose_image(image_id)
    st.session_state["page"] = place // PAGE + 1
