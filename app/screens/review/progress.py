"""The progress of a review: images judged, wrong labels found and left, and whether to go on."""

from markupsafe import Markup

from app.html_parts.templates import macros
from app.screens.review.sitting import Sitting
from curation.review.wrong_labels import stop_sentence
from curation.words import sentence

_HTML = macros(__file__)


def progress(sitting: Sitting) -> Markup:
    """Return how many images of the split are judged, how many wrong labels are left, and what going on would find."""
    standing = sitting.bench.standing(sitting.split, sitting.reviewer)
    forecast = stop_sentence(standing.budget, sitting.split)
    return _HTML.progress(standing, sentence(forecast), sentence(standing.budget.note))
