"""Where the architectures predict different classes."""

from html import escape

import numpy as np
import streamlit as st

from app.html_parts.components import THUMBNAIL_PX
from app.html_parts.picks import pick
from app.html_parts.pictures import picture
from curation.results.audit import Audit
from curation.scoring.error_lists import agreement
from curation.words import counted
from models.arrays import BoolArray

PAGE = 8


def disagreements(audit: Audit, own: BoolArray) -> None:
    """Show how often two architectures agree, and the images on which they do not, most suspicious label first.

    Args:
        audit: of N images.
        own: the rows of the split, shape (N,).
    """
    voters = audit.voters
    if len(voters) < 2:
        st.info(
            "One architecture cannot disagree. Audit again with two or more, as in "
            f"`errata audit {audit.name} --architectures {voters[0].name},simple_cnn_norm_dropout`."
        )
        return
    rows = np.flatnonzero(own & audit.disagreement())
    rows = rows[np.argsort(audit.consensus.label_quality[rows], kind="stable")]
    st.html(_agreement(audit, own, len(rows)))
    if not len(rows):
        return
    pages = -(-len(rows) // PAGE)
    page = min(int(st.session_state.get("errors.apart", 1)), pages)
    head = "".join(f"<th>{escape(one.name)}</th>" for one in voters)
    lines = "".join(_line(audit, int(row)) for row in rows[(page - 1) * PAGE : page * PAGE])
    st.html(f'<table class="er-apart"><tr><th></th><th>given label</th>{head}<th>together</th></tr>{lines}</table>')
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{counted(len(rows), 'image')}, most suspicious label first")
        if pages > 1:
            st.pagination(pages, key="errors.apart", max_visible_pages=7)


def _agreement(audit: Audit, own: BoolArray, apart: int) -> str:
    """Return how often the architectures agree, two by two."""
    voters, n = audit.voters, int(own.sum())
    same = agreement(np.stack([one.predictions.probs.argmax(1) for one in voters]), own)
    pairs = ", ".join(
        f"{escape(voters[i].name)} and {escape(voters[j].name)} {same[i, j]:.1%}"
        for i in range(len(voters))
        for j in range(i + 1, len(voters))
    )
    return f"<p><b>{apart:,}</b> of {n:,} images. <small>The same prediction: {pairs}.</small></p>"


def _line(audit: Audit, row: int) -> str:
    rows, label = audit.rows, int(audit.rows.labels[row])
    image_id = str(rows.image_ids[row])
    image = f'<img src="{picture(rows.root / image_id, THUMBNAIL_PX)}" alt="{escape(image_id)}" loading="lazy">'
    link = pick(image, "er-thumb", f"Review {image_id}", screen="review", image=image_id)
    said = "".join(_said(rows.classes, one.predictions.probs[row], label) for one in audit.voters)
    given = f'<span class="er-given">{escape(rows.classes[label])}</span><small>{escape(image_id)}</small>'
    return f"<tr><td>{link}</td><td>{given}</td>{said}{_said(rows.classes, audit.findings.probs[row], label)}</tr>"


def _said(classes: tuple[str, ...], probs: np.ndarray, label: int) -> str:
    best = int(probs.argmax())
    kind = "er-given" if best == label else "er-other"
    return f'<td><span class="{kind}">{escape(classes[best])}</span> <small>{probs[best]:.0%}</small></td>'
