"""The image of a clicked point: its labels, its label quality, and what each architecture says."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.bars import quality_bar
from app.html_parts.labels import badges, label_or_change, prediction, suspicion
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.panels.lists.to_review import review_link
from curation.decisions.decision import Decision
from curation.results.audit import Audit

LARGE_PX = 560
_HTML = macros(__file__)


def image_panel(
    audit: Audit, row: int, verdicts: Sequence[Decision], versions: Sequence[tuple[str, Audit]] = ()
) -> None:
    """Show an image with its labels, label quality and what each architecture says.

    Args:
        audit: of the labels as given.
        row: of the image.
        verdicts: on it.
        versions: name and audit of curated versions, which add their own label and label quality.
    """
    rows, image_id = audit.rows, str(audit.rows.image_ids[row])
    st.html(
        _HTML.image(
            image_id=image_id,
            source=picture(rows.root / image_id, LARGE_PX),
            label=label_or_change(audit, row),
            quality=quality_bar(float(audit.consensus.label_quality[row])),
            suspicion=suspicion(audit, [row])[0],
            versions=[(name, *_in_version(version, image_id)) for name, version in versions],
            predictions=[
                (
                    architecture.name,
                    prediction(rows.classes, architecture.predictions.probs[row], int(rows.labels[row])),
                )
                for architecture in audit.architectures
            ],
            size_px=audit.checked.sizes_px[row],
            split=rows.splits[row],
            badges=badges(verdicts),
            link=review_link(image_id, "Review this image"),
        )
    )


def _in_version(audit: Audit, image_id: str) -> tuple[str, Markup | str]:
    """Return the label and the bar of label quality that an image has in a curated version."""
    rows = np.flatnonzero(audit.rows.image_ids == image_id)
    if not len(rows):
        return "not in it", ""
    label = audit.rows.classes[audit.rows.labels[rows[0]]]
    return label, quality_bar(float(audit.consensus.label_quality[rows[0]]))


def nothing_chosen(n: int) -> None:
    """Say what can be done with a map of `n` images."""
    st.html(_HTML.nothing_chosen(n))
