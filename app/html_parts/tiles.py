"""Small images with a caption, which lead to the review of that image."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from app.html_parts.labels import badges, given_label, prediction
from app.html_parts.picks import pick
from app.html_parts.pictures import picture
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.reports.templates import shown
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit

THUMBNAIL_PX = 112  # twice what is shown in a line of a table, for sharp screens
TILE_PX = 200  # twice what is shown side by side


def thumbnail(root: Path, image_id: str, long_side_px: int = THUMBNAIL_PX) -> Markup:
    """Return an image with its name as alternative text; the browser loads it once it comes into view."""
    return Markup('<img src="{}" alt="{}" loading="lazy">').format(picture(root / image_id, long_side_px), image_id)


def tile(rows: Rows, row: int, caption: str = "", reviewed: bool = True, verdicts: Sequence[Decision] = ()) -> Markup:
    """Return a small image above its caption.

    Args:
        rows: of the data set.
        row: of the image.
        caption: HTML, or text that is escaped.
        reviewed: whether it leads to the review screen, which needs an audit.
        verdicts: on the image; each is a badge over it.
    """
    image_id = str(rows.image_ids[row])
    image = Markup('<img src="{}" alt="{}" title="{}" loading="lazy">').format(
        picture(rows.root / image_id, TILE_PX), image_id, shown(image_id)
    )
    content = Markup("{}{}{}").format(badges(verdicts), image, shown(caption))
    if not reviewed:
        return Markup('<span class="er-small">{}</span>').format(content)
    return pick(content, "er-small", f"Review {image_id}", screen="review", image=image_id)


def split_caption(rows: Rows, row: int, note: str) -> Markup:
    """Return the caption of a tile: given label and split, and a note below."""
    name, split = given_label(rows.classes[rows.labels[row]]), rows.splits[row]
    return Markup("<span>{}<small>{}</small></span><small>{}</small>").format(name, split, note)


def strip(tiles: Iterable[Markup]) -> Markup:
    """Return tiles side by side."""
    return Markup('<div class="er-strip">{}</div>').format(Markup("").join(tiles))


def opinion_tile(audit: Audit, architecture: ArchitectureResult, row: int, verdicts: Sequence[Decision] = ()) -> Markup:
    """Return a small image with the architecture's prediction and the label quality; it leads to the review."""
    predicted = prediction(audit.rows.classes, architecture.predictions.probs[row], int(audit.rows.labels[row]))
    quality = float(audit.consensus.label_quality[row])
    caption = Markup("<span>{}</span><small>label quality {:.2f}</small>").format(predicted, quality)
    return tile(audit.rows, row, caption, verdicts=verdicts)
