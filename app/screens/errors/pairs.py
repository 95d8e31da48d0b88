"""Which class is mislabelled as which: the class-pair noise matrix."""

from html import escape

import numpy as np
import streamlit as st

from app.html_parts.picks import pick
from app.screens.errors.matrix import matrix
from curation.reports.matrix import fits, worst_confusion
from curation.results.audit import Audit
from curation.scoring.error_lists import ClassPair, class_pairs

LISTED = 12


def pairs(audit: Audit) -> None:
    """Show about how many images of each given label show another class; a pair leads to its suspicious labels."""
    classes, joint = audit.rows.classes, audit.findings.joint
    counts = np.rint(joint).astype(np.int64)
    wrong, n = int(counts.sum() - counts.trace()), len(audit.rows)
    st.html(
        f"<p>About <b>{wrong:,}</b> of {n:,} labels are estimated wrong ({wrong / n:.1%}), all splits together. "
        "<small>By the models alone: looks at some of them tell more, see the review.</small></p>"
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        if fits(classes):
            scale = worst_confusion([counts.tolist()])
            st.html(matrix(counts.tolist(), classes, scale, _choices, column="shows"))
        else:
            st.caption(f"{len(classes):,} classes: too many for a matrix.")
    with right:
        st.html(_list(audit, class_pairs(joint)))


def _choices(given: int, shown: int) -> dict[str, str]:
    return {"errors": "suspicious labels", "split": "all", "pair": "" if given == shown else f"{given}.{shown}"}


def _list(audit: Audit, found: list[ClassPair]) -> str:
    if not found:
        return "<p>No class is estimated to be taken for another.</p>"
    classes, most = audit.rows.classes, found[0].images
    lines = "".join(
        "<li>"
        + pick(
            f'<span>labelled <span class="er-given">{escape(classes[one.given])}</span>, shows '
            f'<span class="er-other">{escape(classes[one.shown])}</span></span>'
            f'<span class="er-track"><span style="width:{one.images / most:.1%}"></span></span>'
            f"<span>{one.images:,} <small>{one.share:.1%}</small></span>",
            "er-pair",
            **_choices(one.given, one.shown),
        )
        + "</li>"
        for one in found[:LISTED]
    )
    rest = len(found) - LISTED
    more = f"<p><small>and {rest:,} more pairs</small></p>" if rest > 0 else ""
    head = "<h4>Most frequent <small>images, share of that given label</small></h4>"
    return f'{head}<ol class="er-pairs">{lines}</ol>{more}'
