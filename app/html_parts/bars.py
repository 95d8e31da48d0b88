"""Bars of label quality and of class probabilities: they follow the theme, and screen readers read them out."""

from collections.abc import Sequence

from markupsafe import Markup

from app.html_parts.templates import macros
from app.meanings import MEANINGS
from models.arrays import FloatArray

SHOWN = 6  # classes in a bar chart; with more, the most probable
_HTML = macros(__file__)


def quality_bar(label_quality: float) -> Markup:
    """Return a bar for a label quality in [0, 1] with its figure; short = suspicious."""
    return _HTML.quality(label_quality, MEANINGS)


def class_bar(name: str, share: float, kind: str = "") -> Markup:
    """Return a class name, a bar and a probability in [0, 1].

    Args:
        name: of the class.
        share: its probability.
        kind: `er-given` or `er-other` for a bar in the colour of such labels.
    """
    return _HTML.class_bar(name, share, kind, MEANINGS)


def probability_bars(probs: FloatArray, classes: Sequence[str], given: int, other: int) -> Markup:
    """Return a bar for each class, most probable first; those of the given and of the suggested label are coloured.

    Args:
        probs: probabilities of one image, shape (K,).
        classes: K names.
        given: class index of the given label.
        other: class index of the label that contradicts it.
    """
    order = [int(label) for label in (-probs).argsort(kind="stable")]
    rest = [label for label in order if label not in (given, other)]
    shown = {given, other, *rest[: max(0, SHOWN - 2)]}
    kinds = {given: "er-given", other: "er-other"}
    bars = [class_bar(classes[label], float(probs[label]), kinds.get(label, "")) for label in order if label in shown]
    return _HTML.bars(bars)
