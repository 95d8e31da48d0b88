"""Small images with a caption, which lead to the review of that image."""

from collections.abc import Iterable
from html import escape

from app.html_parts.picks import pick
from app.html_parts.pictures import picture
from curation.datasets.rows import Rows
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit

TILE_PX = 200  # twice what is shown, for sharp screens


def tile(rows: Rows, row: int, caption: str = "", reviewed: bool = True) -> str:
    """Return an image; the caption is HTML, its names escaped.

    Args:
        rows: of the data set.
        row: of the image.
        caption: what stands below it.
        reviewed: whether it leads to the review screen; of a data set without an audit there is none.
    """
    image_id = str(rows.image_ids[row])
    source = picture(rows.root / image_id, TILE_PX)
    inner = f'<img src="{source}" alt="{escape(image_id)}" title="{escape(image_id)}" loading="lazy">{caption}'
    if not reviewed:
        return f'<span class="er-small">{inner}</span>'
    return pick(inner, "er-small", f"Review {image_id}", screen="review", image=image_id)


def strip(tiles: Iterable[str]) -> str:
    """Return tiles side by side."""
    return f'<div class="er-strip">{"".join(tiles)}</div>'


def given_name(rows: Rows, row: int) -> str:
    """Return the given label of an image, in the colour of given labels."""
    return f'<span class="er-given">{escape(rows.classes[rows.labels[row]])}</span>'


def opinion_tile(audit: Audit, one: ArchitectureResult, row: int) -> str:
    """Return an image with the architecture's prediction and its probability; it leads to the review."""
    probs = one.predictions.probs[row]
    predicted, label = int(probs.argmax()), int(audit.rows.labels[row])
    kind = "er-given" if predicted == label else "er-other"
    name = escape(audit.rows.classes[predicted])
    caption = (
        f'<span><span class="{kind}">{name}</span><small>{probs[predicted]:.0%}</small>'
        f"</span><small>label quality {audit.consensus.label_quality[row]:.2f}</small>"
    )
    return tile(audit.rows, row, caption)
