"""Which class is mislabelled as which: the class-pair noise matrix."""

import numpy as np
import streamlit as st

from app.html_parts.labels import given_label, other_label
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.panels.bench import wrong_labels_in
from app.screens.errors.matrix import matrix
from curation.reports.matrix import fits, worst_confusion
from curation.results.audit import Audit
from curation.results.error_lists import ClassPair, class_pairs
from curation.words import sentence

LISTED = 12
_HTML = macros(__file__)


def pairs(audit: Audit) -> None:
    """Show about how many images of each given label show another class; a pair leads to its suspicious labels."""
    classes, joint = audit.rows.classes, audit.findings.joint
    counts = np.rint(joint).astype(np.int64)
    st.html(_HTML.estimate(sentence(wrong_labels_in(audit).sentence())))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if fits(classes):
            scale = worst_confusion([counts.tolist()])
            st.html(matrix(counts.tolist(), classes, scale, _choices, column="shows"))
        else:
            st.caption(f"{len(classes):,} classes: too many for a matrix.")
    with right:
        _list(classes, class_pairs(joint))


def _choices(given: int, shown: int) -> dict[str, str]:
    return {"errors": "suspicious labels", "split": "all", "pair": "" if given == shown else f"{given}.{shown}"}


def _list(classes: tuple[str, ...], frequent: list[ClassPair]) -> None:
    """Show the most frequent pairs of a given label and the class that its images show instead.

    Args:
        classes: K names.
        frequent: all pairs, the most frequent first.
    """
    if not frequent:
        st.html("<p>No class is estimated to be mistaken for another.</p>")
        return
    links = []
    for pair in frequent[:LISTED]:
        given, shown = given_label(classes[pair.given]), other_label(classes[pair.shown])
        content = _HTML.pair(given, shown, pair, pair.images / frequent[0].images)
        links.append(pick(content, "er-pair", **_choices(pair.given, pair.shown)))
    st.html(_HTML.pairs(links, len(frequent) - len(links)))
