"""The worst errors of an architecture, class by class."""

import streamlit as st

from app.html_parts.pages import Pages
from app.html_parts.templates import macros
from app.html_parts.tiles import opinion_tile, strip
from app.panels.lists.to_review import review_button
from curation.results.audit import Audit
from curation.results.error_lists import worst_errors
from curation.review.judged import Judged
from models.arrays import BoolArray

PER_CLASS = 8  # one line at 1280 px
PAGE = 8  # classes
_HTML = macros(__file__)


def worst(audit: Audit, in_split: BoolArray, judged: Judged) -> None:
    """Show for each given label the images of which the architecture is surest that they show another class.

    Args:
        audit: of N images.
        in_split: which rows belong to the split and pass the filters, shape (N,).
        judged: the verdicts so far.
    """
    names = [architecture.name for architecture in audit.architectures]
    classes, labels = audit.rows.classes, audit.rows.labels
    pages = Pages("errors.classes", len(classes), PAGE)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with bar:
        name = st.segmented_control(
            "Architecture", names, default=names[0], required=True, key="architecture", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        st.caption("Given labels that the architecture contradicts, the surest first: its own errors, or wrong labels.")
        if pages.count > 1:
            st.space("stretch")
            pages.control(visible=5)
    architecture = audit.architectures[names.index(name)]
    errors = worst_errors(labels, architecture.predictions.probs, in_split)
    shown = [row for label in range(len(classes))[pages.current] for row in errors[label][:PER_CLASS].tolist()]
    with bar:
        review_button(
            audit.name, audit.rows.image_ids[shown].tolist(), f"worst errors of {name}", "errors.review-worst"
        )
    image_ids = audit.rows.image_ids
    lines = []
    for label in range(len(classes))[pages.current]:
        n = int((in_split & (labels == label)).sum())
        tiles = strip(
            opinion_tile(audit, architecture, int(row), judged.of(str(image_ids[row])))
            for row in errors[label][:PER_CLASS]
        )
        lines.append((classes[label], len(errors[label]), n, tiles))
    st.html(_HTML.classes(lines))
