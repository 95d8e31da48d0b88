"""The image under review, large; and the next one, loaded before it is shown."""

import streamlit as st
from markupsafe import Markup

from app.html_parts.bars import quality_bar
from app.html_parts.labels import badges, change, given_label
from app.html_parts.pictures import picture
from app.html_parts.templates import macros
from app.screens.review.evidence import neighbours
from app.screens.review.sitting import ShownImage
from curation.decisions.verdicts import NONE_OF_THESE, VERDICTS
from curation.results.reasons import reasons
from curation.review.moved import sentence

LARGE_PX = 640
_HTML = macros(__file__)


def image_panel(shown: ShownImage) -> None:
    """Show the image, large, with its labels; in a blind sitting with the given label alone."""
    audit, row, blind = shown.sitting.bench.audit, shown.row, shown.sitting.blind
    st.html(
        _HTML.image(
            title=_given_label(shown) if blind else _title(shown),
            quality=None if blind else quality_bar(float(audit.consensus.label_quality[row])),
            source=_source(shown),
            image_id=shown.image_id,
            moved=sentence(shown.influences, shown.sitting.reviewer),
            reason=None if blind else reasons(audit, [row])[0],
            size_px=audit.checked.sizes_px[row],
            split=audit.rows.splits[row],
        )
    )


def _given_label(shown: ShownImage) -> Markup:
    return Markup("Given label {}").format(given_label(shown.sitting.bench.ledger.classes[shown.label]))


def _title(shown: ShownImage) -> Markup:
    """Return the given label and what is likeliest in its place: also where the models agree with the label.

    Images drawn at random are mostly such images, and nothing but the evidence may tell them from others.
    """
    classes = shown.sitting.bench.ledger.classes
    if shown.suggestion.no_class:
        return change(classes[shown.label], VERDICTS[NONE_OF_THESE].button.lower())
    return change(classes[shown.label], classes[shown.other])


def standing_verdict(shown: ShownImage) -> None:
    """Show the reviewer's verdict on the image, and those of others where the image was chosen from a list.

    In a queue the verdicts of others stay hidden, so that reviewers judge without knowing them.
    """
    with shown.sitting.bench.ledger.reading() as state:
        standing, verdicts = state.decision(shown.replaces), state.verdicts(shown.image_id)
    others = [verdict for reviewer, verdict in verdicts.items() if reviewer != shown.sitting.reviewer]
    visible = [*([standing] if standing else []), *(others if shown.place is None and not shown.sitting.blind else [])]
    if visible:
        st.html(_HTML.standing(badges(visible), standing is not None))


def preload(shown: ShownImage) -> None:
    """Put the next image on the page, hidden, and prepare what is shown beside it: the next key is answered fast."""
    st.html(_HTML.hidden(_source(shown)))
    if not shown.sitting.blind:
        neighbours(shown)


def _source(shown: ShownImage) -> str:
    return picture(shown.sitting.bench.audit.rows.root / shown.image_id, LARGE_PX)
