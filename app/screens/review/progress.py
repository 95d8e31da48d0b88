"""The progress of a review: images judged, wrong labels found and left, and whether to go on."""

from markupsafe import Markup

from app.html_parts.templates import macros
from app.screens.review.sitting import Sitting
from curation.review.budget import stop_sentence

_HTML = macros(__file__)


def progress(sitting: Sitting) -> Markup:
    """Return how many images of the split are judged, how many wrong labels are left, and what going on would find."""
    standing = sitting.bench.standing(sitting.split, sitting.reviewer)
    sentence, note = (text[:1].upper() + text[1:] for text in (stop_sentence(standing.budget), standing.budget.note))
    return _HTML.progress(standing, sentence, note)
