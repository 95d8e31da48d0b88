"""Class labels as people see them: in their colours in HTML, and as plain text in Markdown."""

import re
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from curation.results.audit import Audit
from curation.results.reasons import reasons
from models.arrays import FloatArray

_SPECIAL_IN_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|~:$<>&-])")


def given_label(name: str) -> Markup:
    """Return a class name in the colour of given labels."""
    return Markup('<span class="er-given">{}</span>').format(name)


def other_label(name: str) -> Markup:
    """Return a class name in the colour of labels that contradict the given one."""
    return Markup('<span class="er-other">{}</span>').format(name)


def change(given: str, suggested: str) -> Markup:
    """Return `given → suggested` in their colours."""
    return Markup("{} → {}").format(given_label(given), other_label(suggested))


def label_or_change(audit: Audit, row: int) -> Markup:
    """Return `given → suggested`, or the given label with a note where the models agree with it."""
    classes = audit.rows.classes
    given, suggested = int(audit.rows.labels[row]), int(audit.consensus.suggested[row])
    if suggested != given:
        return change(classes[given], classes[suggested])
    return Markup("{} <small>the models agree</small>").format(given_label(classes[given]))


def prediction(classes: Sequence[str], probs: FloatArray, label: int) -> Markup:
    """Return the most probable class with its probability, in the colour that says whether it is the given label.

    Args:
        classes: K names.
        probs: probabilities of one image, shape (K,).
        label: class index of the given label.
    """
    best = int(probs.argmax())
    name = given_label(classes[best]) if best == label else other_label(classes[best])
    return Markup("{} <small>{:.0%}</small>").format(name, probs[best])


def suspicion(audit: Audit, rows: Sequence[int]) -> list[Markup]:
    """Return for each row the kind of its suspected error, where there is one, and the reasons for it."""
    kinds = audit.findings.kinds.where(np.array(rows, np.int64)).names()
    texts = reasons(audit, list(rows))
    return [
        Markup("<b>{}</b>: {}").format(kind, text) if kind else Markup("{}").format(text)
        for kind, text in zip(kinds, texts, strict=True)
    ]


def plain(text: str) -> str:
    """Return Markdown that shows the text as it is, for labels of buttons and other Streamlit elements."""
    return _SPECIAL_IN_MARKDOWN.sub(r"\\\1", text)
