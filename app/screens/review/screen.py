"""Judge one label after the other with a key each, many of one confusion at once, or in FiftyOne."""

import logging
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.assets import TILES
from app.html_parts.markdown import sentence
from app.jobs.process import watch
from app.panels.audit import progress_panel
from app.panels.bench import bench
from app.panels.data_bar import data_bar, nothing_yet
from app.panels.dataset.carry import carry_offer
from app.panels.fiftyone_link import fiftyone_link
from app.panels.first_list import first_list_note
from app.panels.keys.sheet import grid_keys, key_sheet, moving_keys, other_keys, verdict_sheet
from app.panels.lists.to_review import back_link
from app.panels.reviewer_name import ask_name, current_reviewer
from app.screens.review.choices import FIFTYONE, GRID, choices
from app.screens.review.evidence import evidence
from app.screens.review.filtered import filtered_review
from app.screens.review.image_panel import image_panel, preload, standing_verdict
from app.screens.review.keys import undo_keys, verdict_keys
from app.screens.review.many.alike import alike, is_open
from app.screens.review.many.grid import grid
from app.screens.review.progress import progress, queue_end
from app.screens.review.sitting import Sitting, next_images
from app.screens.review.visit import message, note_shown, passed_over, reveal, take_up
from app.state import audit_name_of, workspace
from curation.database.names import to_review_view
from curation.review.bench import ALL
from curation.review.queue import SUSPICION
from curation.words import counted
from curation.workspace.names import audit_folder
from models.errors import ErrataError


def screen() -> None:
    """Show the screen."""
    for style in (TILES, Path(__file__).with_name("screen.css")):
        st.html(style)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="review-bar")
    with bar:
        chosen = data_bar()
    name = audit_name_of(chosen)
    opened = bench(workspace(), name)
    if opened is None:
        _not_audited(chosen, name)
        return
    first_list_note(opened.audit)
    carry_offer(opened.audit)
    if not current_reviewer():
        st.subheader("Who is reviewing?")
        ask_name("review.name")
        return
    with bar:
        if link := back_link():
            st.html(link, width="content")
        sitting, shown_as = choices(opened, current_reviewer())
        if shown_as != FIFTYONE:
            filtered_review(sitting)
    _keys(sitting, shown_as == GRID)
    if shown_as == FIFTYONE:
        _in_fiftyone(sitting)
    else:
        st.fragment(_fragment)(sitting, shown_as == GRID)


def _keys(sitting: Sitting, many: bool) -> None:
    """Put the sheet of all keys on the page."""
    moves = [*moving_keys("back", "next", "skip"), *other_keys()]
    parts = [("Verdicts", verdict_sheet(sitting.bench.ledger.classes)), ("On and back", moves)]
    if many:
        parts.append(("Many images", grid_keys()))
    key_sheet(parts, learned=bool(sitting.bench.tally().judged_by(sitting.reviewer).any()))


def _fragment(sitting: Sitting, many: bool) -> None:
    """Show the next image, or images; a key runs this function again and nothing else."""
    try:
        if bench(workspace(), sitting.bench.audit.name) is not sitting.bench:
            st.rerun(scope="app")  # audited again meanwhile
        if is_open(sitting):
            alike(sitting)
            undo_keys(sitting)
            st.html(progress(sitting))
        else:
            (grid if many else _queue)(sitting)
    except ErrataError as error:  # a fragment runs without the screen's own handler
        logging.getLogger("errata").info("", exc_info=True)
        st.error(sentence(error))


def _queue(sitting: Sitting) -> None:
    """Show the next image with its keys, and what speaks for either label."""
    images = next_images(sitting, 2)
    if text := message():
        st.warning(sentence(text))
    if not images:
        _at_the_end(sitting)
        return
    shown = images[0]
    left, right = st.columns([2, 1] if sitting.blind else 2, gap="medium")
    with left, st.container(key="review-blind" if sitting.blind else "review-left"):
        image_panel(shown)
        standing_verdict(shown)
        verdict_keys(shown)
        note_shown(shown.image_id)
        if not sitting.blind:
            reveal(shown.image_id)
        undo_keys(sitting, shown)
        below = st.container()
    with right, st.container(key=f"review-evidence-{min(3, len(sitting.bench.audit.architectures))}"):
        evidence(shown)
    with below:
        st.html(progress(sitting))
        for later in images[1:]:
            preload(later)


def _at_the_end(sitting: Sitting) -> None:
    """Say that the queue is done, and offer the images that were skipped."""
    skipped = [name for name in passed_over() if (sitting.bench.audit.rows.root / name).exists()]
    waiting = [name for name in skipped if not sitting.done()[sitting.bench.row_of[name]]]
    queue_end(sitting, bool(waiting))
    if waiting:
        st.button(
            f"Look at the {counted(len(waiting), 'skipped image')}", type="primary", key="review.skipped",
            on_click=take_up, args=waiting,
        )  # fmt: skip
    st.html(progress(sitting))
    undo_keys(sitting)


def _in_fiftyone(sitting: Sitting) -> None:
    """Show the reviewer's FiftyOne App on the queue of the split, or the button that starts it."""
    view = to_review_view(None if sitting.split == ALL else sitting.split, fixed=sitting.order == SUSPICION)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        address = fiftyone_link(sitting.bench.audit, view)
        st.html(Markup('<p class="er-hint">{}</p>').format(_FIFTYONE_HINT if address else _FIFTYONE_OFFER))
    if address:
        with st.container(key="review-fiftyone"):
            st.iframe(address, height=600)


_FIFTYONE_HINT = (
    "Images drawn at random are mixed in. Open an image and judge it by key; verdicts go into the same log. The order "
    'learns from them, or is the fixed one where "most suspicious first" is chosen.'
)
_FIFTYONE_OFFER = "The same queue in FiftyOne, inside this page or in a tab of its own."


def _not_audited(chosen: str, name: str) -> None:
    """Show the progress of the audit, or say that the review needs one."""
    folder = audit_folder(workspace(), name)
    progress_panel(folder, watch(folder), chosen)
    if watch(folder).active:
        st.caption("The review opens with the first list.")
        return
    purpose = "An audit ranks the labels by how well they fit. The review then goes through them, the worst first."
    nothing_yet(chosen, "Nothing to review yet", purpose)


screen()
