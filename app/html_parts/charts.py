"""Small charts as HTML: they follow the theme, are read out by screen readers and need no library."""

from collections.abc import Sequence
from html import escape

from models.arrays import FloatArray

SHOWN = 6  # classes in a bar chart; with more, the most probable


def quality_bar(label_quality: float) -> str:
    """Return a bar for a label quality in [0, 1], its figure beside it; short = suspicious."""
    return (
        f'<span class="er-quality"><span class="er-track"><span style="width:{label_quality:.1%}"></span></span>'
        f"<span>{label_quality:.2f}</span></span>"
    )


def probability_bars(probs: FloatArray, classes: Sequence[str], given: int, other: int) -> str:
    """Return one bar for each class, most probable first, the given and the suggested one marked.

    Args:
        probs: probabilities of one image, shape (K,).
        classes: K names.
        given: class index of the given label.
        other: class index of the label held against it.
    """
    order = [int(place) for place in (-probs).argsort(kind="stable")]
    rest = [place for place in order if place not in (given, other)]
    shown = {given, other, *rest[: max(0, SHOWN - 2)]}
    kinds = {given: " er-given", other: " er-other"}
    lines = [
        f'<div class="er-bar{kinds.get(place, "")}"><span>{escape(classes[place])}</span>'
        f'<span class="er-track"><span style="width:{float(probs[place]):.1%}"></span></span>'
        f"<span>{float(probs[place]):.0%}</span></div>"
        for place in order
        if place in shown
    ]
    return f'<div class="er-bars">{"".join(lines)}</div>'
