"""Images that a camera, a crop or a conversion spoiled, the worst of each check first."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.templates import macros
from app.html_parts.tiles import split_caption, strip, tile
from app.panels.lists.judged import judged
from app.panels.lists.to_review import review_button
from curation.images.problems import CHECKS, ImageProblems
from curation.results.audit import Audit
from curation.review.judged import Judged
from curation.words import counted
from models.arrays import IntArray

SHOWN = 9  # of a check, one line at 1280 px
MORE = 36
NAMES = {  # check -> the problem of such an image, and what its score measures
    "dark": ("Dark", "brightness"),
    "light": ("Light", "darkness"),
    "blurry": ("Blurred", "sharpness"),
    "low_information": ("Nearly empty", "information"),
    "odd_aspect_ratio": ("Odd shape", "shorter by longer side"),
    "odd_size": ("Odd size", ""),
    "grayscale": ("Grey", ""),
}
_HTML = macros(__file__)


def image_problems(audit: Audit) -> None:
    """Show the images with problems that have nothing to do with their labels, check by check."""
    problems = audit.problems
    if problems is None:
        st.info("This audit did not check the images themselves. Audit again: what is computed already is kept.")
        return
    st.html(_summary(problems, len(audit.rows)))
    verdicts = judged(audit)
    for column, check in enumerate(CHECKS):
        rows = np.flatnonzero(problems.flags[:, column])
        if len(rows):
            _check(audit, check, rows[np.argsort(problems.scores[rows, column], kind="stable")], column, verdicts)


def _summary(problems: ImageProblems, n: int) -> Markup:
    common = [(NAMES[check][0].lower(), count) for check, count in problems.common().items()]
    return _HTML.summary(int(problems.flags.any(1).sum()), n, common)


def _check(audit: Audit, check: str, rows: IntArray, column: int, verdicts: Judged) -> None:
    """Show the images that a check flags.

    Args:
        audit: of the images.
        check: its name.
        rows: of the images, the worst first.
        column: of the check in the scores.
        verdicts: those so far.
    """
    name = NAMES[check][0]
    image_ids = audit.rows.image_ids
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(_HTML.head(name, counted(len(rows), "image")), width="content")
        review_button(audit.name, image_ids[rows].tolist(), f"{name} images", f"dataset.review-{check}", "tertiary")
    count = MORE if len(rows) > SHOWN and st.session_state.get(f"dataset.more-{check}") else SHOWN
    shown = rows[:count].tolist()
    captions = [split_caption(audit.rows, row, _note(audit, check, row, column)) for row in shown]
    said = [verdicts.of(str(image_ids[row])) for row in shown]
    st.html(
        strip(
            tile(audit.rows, row, caption, verdicts=each)
            for row, caption, each in zip(shown, captions, said, strict=True)
        )
    )
    if len(rows) > SHOWN:
        st.toggle(f"Up to {MORE} of {len(rows):,} {name.lower()} images", key=f"dataset.more-{check}")


def _note(audit: Audit, check: str, row: int, column: int) -> str:
    """Return size or score of an image, whichever the check looks at."""
    if check.startswith("odd"):
        width, height = audit.checked.sizes_px[row]
        return f"{width} × {height} px"  # noqa: RUF001
    measure = NAMES[check][1]
    return f"{measure} {audit.problems.scores[row, column]:.2f}" if measure and audit.problems is not None else ""
