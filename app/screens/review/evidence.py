"""What speaks for either label of the image under review: copies, the nearest images, and the architectures."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import sentence
from app.html_parts.opinion import opinion
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.jobs.drawing import Drawing, is_last_drawing, start_drawing
from app.jobs.process import watch
from app.panels.job import POLL_S
from app.screens.review.sitting import ShownImage
from app.screens.review.visit import tell
from app.state import workspace
from curation.decisions.phrases import verdict_phrase
from curation.review.moved import phrase
from curation.training.cam_drawing import drawing_folder, missing_cams
from models.errors import ErrataError

SMALL_PX = 128  # twice what is shown
NEIGHBOURS = 7  # of each class
COPIES = 4  # that are shown
_HTML = macros(__file__)


def evidence(shown: ShownImage) -> None:
    """Show what the models say, the nearest images of both classes, and copies; in a blind sitting only copies."""
    if shown.sitting.blind:
        st.html(_HTML.blind(shown.blind, _copies(shown)))
        return
    st.html(_HTML.evidence([_dispute(shown), _copies(shown), neighbours(shown)]))
    folder = drawing_folder(workspace(), shown.sitting.bench.audit.name)
    if missing_cams(shown.sitting.bench.audit, shown.row) and watch(folder).active:
        st.fragment(_opinions, run_every=POLL_S)(shown)  # the maps appear once they are drawn
    else:
        _opinions(shown)


def _dispute(shown: ShownImage) -> Markup | str:
    """Return what each reviewer says, where the verdict is to settle a dispute."""
    if not shown.sitting.settles:
        return ""
    with shown.sitting.bench.ledger.reading() as state:
        verdicts = state.verdicts(shown.image_id)
    return _HTML.dispute([(reviewer, verdict_phrase(verdict)) for reviewer, verdict in verdicts.items()])


def neighbours(shown: ShownImage) -> Markup:
    """Return the images most like this one, of both classes in question, and judged ones whose verdicts moved it."""
    bench = shown.sitting.bench
    strips = []
    for kind, label in (("given", shown.label), ("other", shown.other)):
        if rows := bench.look_alikes.of(shown.row, label, NEIGHBOURS):
            strips.append((kind, bench.ledger.classes[label], [_small(shown, row) for row in rows]))
    judged = [
        (phrase(pull, shown.sitting.reviewer), [_small(shown, row) for row in pull.rows[:NEIGHBOURS]])
        for pull in shown.influences[:1]
    ]
    return _HTML.neighbours(strips, judged)


def _small(shown: ShownImage, row: int) -> Markup:
    """Return an image of the data set, small."""
    image_id = shown.sitting.image_id(row)
    source = picture(shown.sitting.bench.audit.rows.root / image_id, SMALL_PX)
    return Markup('<img src="{}" alt="{}" title="{}">').format(source, image_id, image_id)


def _copies(shown: ShownImage) -> Markup:
    """Return the images that show the same picture, with their labels."""
    audit = shown.sitting.bench.audit
    groups, rows = audit.duplicates.groups, audit.rows
    copies = [int(row) for row in (groups == groups[shown.row]).nonzero()[0] if row != shown.row]
    shown_copies = [(_small(shown, row), rows.classes[rows.labels[row]], rows.splits[row]) for row in copies[:COPIES]]
    return _HTML.copies(shown_copies, len(copies) - COPIES)


def _opinions(shown: ShownImage) -> None:
    """Show the opinion of each architecture, and the button that draws missing maps, or the progress of the drawing."""
    audit, row = shown.sitting.bench.audit, shown.row
    st.html(Markup("").join(opinion(audit, architecture, row) for architecture in audit.architectures))
    if not missing_cams(audit, row):
        return
    drawing, job_state = Drawing(audit.name, (shown.image_id,)), watch(drawing_folder(workspace(), audit.name))
    of_this_image = is_last_drawing(workspace(), audit.name, drawing)
    if job_state.active:
        st.html(_HTML.drawing("this image" if of_this_image else "another image"))
        return
    if of_this_image and job_state.state in ("failed", "interrupted"):
        st.caption(f"The maps could not be drawn: {sentence(job_state.error or 'the process is gone')}")
    st.button(
        "Draw Grad-CAM", shortcut="G", type="tertiary", icon=":material/thermostat:",
        key=f"review.draw-{shown.image_id}", on_click=_draw, args=(drawing,),
    )  # fmt: skip


def _draw(drawing: Drawing) -> None:
    try:
        start_drawing(workspace(), drawing.dataset, drawing)
    except ErrataError as error:
        tell(f"{error}.")
