"""Small images with what one architecture says of them."""

from html import escape

from app.html_parts.tiles import tile
from curation.results.audit import ArchitectureResult, Audit


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
