"""Images that a camera, a crop or a conversion spoiled, the worst of each check first."""

import numpy as np
import streamlit as st

from app.html_parts.tiles import given_name, strip, tile
from curation.images.problems import CHECKS, ImageProblems
from curation.results.audit import Audit

SHOWN = 9  # of a check, one line at 1280 px
MORE = 36
NAMES = {  # check -> what is wrong with such an image, and what its score counts
    "dark": ("Dark", "brightness"),
    "light": ("Light", "darkness"),
    "blurry": ("Blurred", "sharpness"),
    "low_information": ("Nearly empty", "information"),
    "odd_aspect_ratio": ("Odd shape", "shorter by longer side"),
    "odd_size": ("Odd size", ""),
    "grayscale": ("Grey", ""),
}


def image_problems(audit: Audit) -> None:
    """Show what is wrong with the pictures themselves."""
    found = audit.problems
    if found is None:
        st.info("This audit did not look at the pictures themselves. Audit again: what is known already is kept.")
        return
    st.html(f"<p>{_lead(found, len(audit.rows))}</p>")
    for column, check in enumerate(CHECKS):
        own = np.flatnonzero(found.flags[:, column])
        if len(own):
            _check(audit, check, own[np.argsort(found.scores[own, column], kind="stable")], column)


def _lead(found: ImageProblems, n: int) -> str:
    flagged = int(found.flags.any(1).sum())
    first = (
        f"<b>{flagged:,}</b> of {n:,} images have a problem that is rare in this set."
        if flagged
        else (f"None of {n:,} images has a problem that is rare in this set.")
    )
    common = ", ".join(f"{NAMES[check][0].lower()} ({count:,})" for check, count in found.common().items())
    return first + (f" <small>Common in this set, and so not flagged: {common}.</small>" if common else "")


def _check(audit: Audit, check: str, own: np.ndarray, column: int) -> None:
    name, unit = NAMES[check]
    st.html(f'<h4 class="er-check">{name} <small>{len(own):,} image{"s" * (len(own) > 1)}</small></h4>')
    count = MORE if len(own) > SHOWN and st.session_state.get(f"dataset.more-{check}") else SHOWN
    st.html(strip(tile(audit.rows, int(row), _caption(audit, check, int(row), column, unit)) for row in own[:count]))
    if len(own) > SHOWN:
        st.toggle(f"Up to {MORE} of {len(own):,} {name.lower()} images", key=f"dataset.more-{check}")


def _caption(audit: Audit, check: str, row: int, column: int, unit: str) -> str:
    width, height = audit.checked.sizes_px[row]
    told = f"{width} × {height} px" if check.startswith("odd") else ""  # noqa: RUF001
    if unit and not told and audit.problems is not None:
        told = f"{unit} {audit.problems.scores[row, column]:.2f}"
    return f"<span>{given_name(audit.rows, row)}<small>{audit.rows.splits[row]}</small></span><small>{told}</small>"
