"""Beside the map: the image that was clicked, or the images that were lassoed."""

from collections.abc import Sequence
from html import escape
from zlib import crc32

import numpy as np
import streamlit as st

from app.html_parts.charts import quality_bar
from app.html_parts.components import change
from app.html_parts.picks import pick
from app.html_parts.pictures import picture
from app.html_parts.tiles import strip, tile
from app.panels.fiftyone_link import fiftyone_link
from app.state import loaded_audit, workspace
from curation.database.names import selection_view, view_in_links
from curation.results.audit import Audit
from curation.results.reasons import reasons
from curation.review.selections import save_selection, selection_names
from curation.words import counted
from models.arrays import IntArray
from models.errors import ErrataError

LARGE_PX = 560
SHOWN = 9
_SAVED, _VIEWED = "map.saved", "map.viewed"


def one_image(audit: Audit, row: int, versions: Sequence[tuple[str, Audit]] = ()) -> None:
    """Show an image with its labels, label quality and what each architecture says.

    Args:
        audit: of the labels as given.
        row: of the image.
        versions: name and audit of curated versions, whose labels stand beside.
    """
    rows, together = audit.rows, audit.consensus
    image_id, given, suggested = str(rows.image_ids[row]), int(rows.labels[row]), int(together.suggested[row])
    fits = f'<span class="er-given">{escape(rows.classes[given])}</span> <small>the models agree</small>'
    title = change(rows.classes[given], rows.classes[suggested]) if suggested != given else fits
    kind = audit.findings.kinds.where(np.array([row])).names()[0]
    why = (f"<b>{kind}</b>: " if kind else "") + escape(reasons(audit, [row])[0])
    width, height = audit.checked.sizes_px[row]
    link = pick("Review this image", "er-go", screen="review", image=image_id)
    st.html(
        f'<div class="er-pin"><img src="{picture(rows.root / image_id, LARGE_PX)}" alt="{escape(image_id)}">'
        f"<h3>{title}</h3><p>Label quality {quality_bar(float(together.label_quality[row]))}</p><p>{why}</p>"
        f"{''.join(_version(name, own, image_id) for name, own in versions)}"
        f"{_said(audit, row)}<p><small>{escape(image_id)} · {width} × {height} px · {rows.splits[row]}</small></p>"  # noqa: RUF001
        f"<p>{link}</p></div>"
    )


def _version(name: str, audit: Audit, image_id: str) -> str:
    """Return the label and label quality of an image in a curated version."""
    found = np.flatnonzero(audit.rows.image_ids == image_id)
    if not len(found):
        return f"<p>{escape(name)}: <b>not in it</b></p>"
    label = escape(audit.rows.classes[audit.rows.labels[found[0]]])
    return f"<p>{escape(name)}: <b>{label}</b> {quality_bar(float(audit.consensus.label_quality[found[0]]))}</p>"


def _said(audit: Audit, row: int) -> str:
    classes, label = audit.rows.classes, int(audit.rows.labels[row])
    lines = []
    for one in audit.architectures:
        probs = one.predictions.probs[row]
        best = int(probs.argmax())
        kind = "er-given" if best == label else "er-other"
        said = f'<span class="{kind}">{escape(classes[best])}</span> <small>{probs[best]:.0%}</small>'
        lines.append(f"<tr><th>{escape(one.name)}</th><td>{said}</td></tr>")
    return f'<table class="er-table">{"".join(lines)}</table>'


def many_images(dataset: str, audit: Audit, chosen: IntArray, made_from: str) -> None:
    """Show what a lasso caught, and the way to the review of exactly these images.

    Args:
        dataset: whose review gets them: that of the labels as given, also where a version's map was marked.
        audit: of N images.
        chosen: rows, shape (S,).
        made_from: where they were marked, in words.
    """
    if not len(chosen):
        st.info("There is no image inside. Draw around some points, or press Escape on the map.")
        return
    rows, together = audit.rows, audit.consensus
    worst = chosen[np.argsort(together.label_quality[chosen], kind="stable")]
    suspicious = int((together.suggested[chosen] != rows.labels[chosen]).sum())
    counts = np.bincount(rows.labels[chosen], minlength=len(rows.classes))
    named = ", ".join(
        f"{escape(rows.classes[label])} {counts[label]:,}"
        for label in np.argsort(-counts, kind="stable")[:5]
        if counts[label]
    )
    more = ", …" if np.count_nonzero(counts) > 5 else ""
    st.html(
        f"<h3>{counted(len(chosen), 'image')} selected</h3>"
        f"<p>{suspicious:,} suspicious. <small>{named}{more}</small></p>"
    )
    _save(dataset, audit.rows.image_ids[worst].tolist(), made_from)
    st.html(f"<p><small>Most suspicious first</small></p>{strip(tile(rows, int(row)) for row in worst[:SHOWN])}")


def _save(dataset: str, image_ids: list[str], made_from: str) -> None:
    """Ask for a name, keep the selection under it, and lead to its review."""
    drawn = crc32("\n".join(image_ids).encode())  # another lasso, another selection
    with st.form("map.save", border=False):
        name = st.text_input("Name of this selection", value=_free_name(dataset), max_chars=64, key=f"map.name-{drawn}")
        sent = st.form_submit_button("Keep for the review", type="primary", icon=":material/playlist_add:")
    if sent:
        try:
            save_selection(workspace(), dataset, name, image_ids, made_from)
            st.session_state[_SAVED] = [drawn, name]
        except ErrataError as error:
            st.error(f"{error}.")
    if st.session_state.get(_SAVED, [0])[0] == drawn:
        saved, n = st.session_state[_SAVED][1], len(image_ids)
        link = pick("Review them", "er-go", screen="review", split="all", order=f"selection {saved}", image="")
        st.html(f"<p>Selection <b>{escape(saved)}</b>, {counted(n, 'image')}, is kept. {link}</p>")
        _in_fiftyone(dataset, saved)


def _in_fiftyone(dataset: str, saved: str) -> None:
    """Show the way to the same images in FiftyOne; the view is saved when it is asked for."""
    audit = loaded_audit(workspace(), dataset)
    if audit is None or not (audit.folder / "fiftyone.json").exists():
        return
    if st.session_state.get(_VIEWED) == [dataset, saved]:
        fiftyone_link(audit, view_in_links(selection_view(saved)))
    elif st.button("See them in FiftyOne", key="map.fiftyone"):
        from curation.in_fiftyone.selection_view import save_selection_view

        with st.spinner("Saving the view, which takes some ten seconds …"):
            save_selection_view(workspace(), dataset, saved)
        st.session_state[_VIEWED] = [dataset, saved]
        st.rerun()


def _free_name(dataset: str) -> str:
    """Return `map-1`, or the first number that is free."""
    taken = selection_names(workspace(), dataset)
    return next(f"map-{n}" for n in range(1, len(taken) + 2) if f"map-{n}" not in taken)


def nothing_chosen(n: int) -> None:
    """Say what can be done with the map."""
    st.html(
        f'<div class="er-empty-panel"><b>{n:,} images</b><p>Click a point to see its image. Take the lasso, or hold '
        "Shift, and draw around points to select them for the review. Drag to move, turn the wheel to zoom. A click on "
        "a name above the map hides its points.</p></div>"
    )
