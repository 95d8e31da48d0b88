"""Images for which the architectures predict different classes."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.labels import badges, given_label, prediction
from app.html_parts.markdown import command
from app.html_parts.pages import Pages
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.html_parts.tiles import thumbnail
from app.panels.lists.to_review import review_button
from curation.results.audit import Audit
from curation.results.error_lists import same_predictions
from curation.review.judged import Judged
from curation.words import counted
from models.arrays import BoolArray

PAGE = 8
_HTML = macros(__file__)


def disagreements(audit: Audit, in_split: BoolArray, judged: Judged) -> None:
    """Show how often two architectures agree, and the images on which they differ, most suspicious label first.

    Args:
        audit: of N images.
        in_split: which rows belong to the split and pass the filters, shape (N,).
        judged: the verdicts so far.
    """
    voters = audit.voters
    if len(voters) < 2:
        st.info(
            "One architecture cannot disagree with itself. Audit again with two or more, as in "
            f"{command('errata', 'audit', audit.name, '--architectures', f'{voters[0].name},simple_cnn_norm_dropout')}."
        )
        return
    rows = np.flatnonzero(in_split & audit.disagreement())
    rows = rows[np.argsort(audit.consensus.label_quality[rows], kind="stable")]
    st.html(_HTML.agreement(len(rows), int(in_split.sum()), _pairs(audit, in_split)))
    if not len(rows):
        return
    pages = Pages("errors.apart", len(rows), PAGE)
    lines = [_line(audit, int(row), judged) for row in rows[pages.current]]
    st.html(_HTML.table([voter.name for voter in voters], lines))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{counted(len(rows), 'image')}, most suspicious label first")
        review_button(audit.name, audit.rows.image_ids[rows].tolist(), "models disagree", "errors.review-apart")
        pages.control()


def _pairs(audit: Audit, in_split: BoolArray) -> list[tuple[str, str, float]]:
    """Return the names of every two architectures, and the share of images for which they predict the same class."""
    voters = audit.voters
    same = same_predictions(np.stack([voter.predictions.probs.argmax(1) for voter in voters]), in_split)
    return [
        (voters[i].name, voters[j].name, float(same[i, j]))
        for i in range(len(voters))
        for j in range(i + 1, len(voters))
    ]


def _line(audit: Audit, row: int, judged: Judged) -> Markup:
    rows, label = audit.rows, int(audit.rows.labels[row])
    image_id = str(rows.image_ids[row])
    link = pick(thumbnail(rows.root, image_id), "er-thumb", f"Review {image_id}", screen="review", image=image_id)
    probs = [*(voter.predictions.probs[row] for voter in audit.voters), audit.findings.probs[row]]
    predictions = [prediction(rows.classes, image_probs, label) for image_probs in probs]
    return _HTML.line(link, given_label(rows.classes[label]), image_id, predictions, badges(judged.of(image_id)))
