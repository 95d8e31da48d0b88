"""The images that were selected by a lasso: how they are kept, and the way to their review."""

from zlib import crc32

import numpy as np
import streamlit as st

from app.html_parts.markdown import command, sentence
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.html_parts.tiles import strip, tile
from app.panels.fiftyone_link import fiftyone_link
from app.panels.lists.to_review import review_button
from app.pressed import pressed
from app.state import loaded_audit, workspace
from curation.database.names import selection_view
from curation.results.audit import Audit
from curation.review.judged import Judged
from curation.review.selections import Selection, load_selection, named_selections, save_selection, selection_names
from models.arrays import IntArray
from models.errors import ErrataError

SHOWN = 9  # images
CLASSES = 5  # that are named
_SAVED, _VIEWED = "map.saved", "map.viewed"
_HTML = macros(__file__)


def selection_panel(dataset: str, audit: Audit, rows: IntArray, made_from: str, judged: Judged) -> None:
    """Show what a lasso caught, and the way to the review of exactly these images.

    Args:
        dataset: The data set that reviews them: always the original labels, even for a lasso on a version's map.
        audit: of N images.
        rows: inside the lasso, shape (S,).
        made_from: where they were selected, in words.
        judged: the verdicts so far.
    """
    if not len(rows):
        st.info("There is no image inside. Draw around some points, or press Escape on the map.")
        return
    labels, consensus = audit.rows.labels, audit.consensus
    counts = np.bincount(labels[rows], minlength=len(audit.rows.classes))
    classes = [(audit.rows.classes[label], int(counts[label])) for label in np.argsort(-counts, kind="stable")]
    suspicious = int((consensus.suggested[rows] != labels[rows]).sum())
    st.html(_HTML.summary(len(rows), suspicious, [entry for entry in classes if entry[1]], CLASSES))
    worst = rows[np.argsort(consensus.label_quality[rows], kind="stable")]
    review_button(dataset, audit.rows.image_ids[worst].tolist(), made_from, "map.review", "primary")
    _save(dataset, audit.rows.image_ids[worst].tolist(), made_from)
    image_ids = audit.rows.image_ids
    tiles = [tile(audit.rows, int(row), verdicts=judged.of(str(image_ids[row]))) for row in worst[:SHOWN]]
    st.html(_HTML.worst(strip(tiles)))


def _save(dataset: str, image_ids: list[str], made_from: str) -> None:
    """Ask for a name, keep the selection under it, and lead to its review."""
    drawn = crc32("\n".join(image_ids).encode())  # another lasso is another selection
    with st.form("map.save", border=False):
        name = st.text_input("Name of this selection", value=_free_name(dataset), max_chars=64, key=f"map.name-{drawn}")
        sent = pressed("Keep for the review", "map.keep", st.form_submit_button, icon=":material/playlist_add:")
    if sent:
        try:
            save_selection(workspace(), dataset, name, image_ids, made_from)
            st.session_state[_SAVED] = [drawn, name]
        except ErrataError as error:
            st.error(f"{sentence(error)}.")
    if st.session_state.get(_SAVED, [0])[0] == drawn:
        saved = st.session_state[_SAVED][1]
        link = pick("Review them", "er-go", screen="review", split="all", order=f"selection {saved}", image="")
        st.html(_HTML.kept(saved, len(image_ids), link))
        _in_fiftyone(dataset, saved)


def _in_fiftyone(dataset: str, saved: str) -> None:
    """Show the way to the same images in FiftyOne; the view is saved when it is asked for."""
    audit = loaded_audit(workspace(), dataset)
    if audit is None or not (audit.folder / "fiftyone.json").exists():
        return
    if st.session_state.get(_VIEWED) == [dataset, saved]:
        fiftyone_link(audit, selection_view(saved))
    elif pressed("See them in FiftyOne", "map.fiftyone"):
        from curation.in_fiftyone.selection_view import save_selection_view

        with st.spinner("Saving the view, which takes some ten seconds …"):
            save_selection_view(workspace(), dataset, saved)
        st.session_state[_VIEWED] = [dataset, saved]
        st.rerun()


def _free_name(dataset: str) -> str:
    """Return `map-1`, or the first number that is free."""
    taken = selection_names(workspace(), dataset)
    return next(f"map-{n}" for n in range(1, len(taken) + 2) if f"map-{n}" not in taken)


def kept_selections(dataset: str) -> None:
    """Show the kept selections of a data set, newest first, each with the way to its review."""
    selections: list[Selection] = []
    damaged = []
    for name in named_selections(workspace(), dataset):
        try:
            selections.append(load_selection(workspace(), dataset, name))
        except ErrataError as error:
            damaged.append(f"{error}.")
    if selections:
        selections.sort(key=lambda selection: selection.created, reverse=True)
        st.html(_HTML.selections([(selection, _link(selection.name)) for selection in selections]))
        st.caption(
            f"{command('errata', 'selections', dataset, '--remove', 'NAME')} forgets one; decisions made with it stay."
        )
    for problem in damaged:
        st.warning(sentence(problem))


def _link(name: str) -> str:
    review = {"screen": "review", "split": "all", "order": f"selection {name}", "image": ""}
    return pick(name, "er-link", f"Review selection {name}", **review)
