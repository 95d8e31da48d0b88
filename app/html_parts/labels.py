"""Class labels and verdicts as people see them: in their colours."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from app.meanings import explained
from curation.decisions.decision import Decision
from curation.decisions.phrases import verdict_phrase
from curation.reports.templates import shown
from curation.results.audit import Audit
from curation.results.reasons import reasons
from models.arrays import FloatArray

BADGES = 2  # of an image; more are counted


def given_label(name: str) -> Markup:
    """Return a class name in the colour of given labels."""
    return Markup('<span class="er-given">{}</span>').format(shown(name))


def other_label(name: str) -> Markup:
    """Return a class name in the colour of labels that contradict the given one."""
    return Markup('<span class="er-other">{}</span>').format(shown(name))


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
        Markup("{}: {}").format(explained(kind), text) if kind else Markup("{}").format(text)
        for kind, text in zip(kinds, texts, strict=True)
    ]


def badges(verdicts: Sequence[Decision]) -> Markup:
    """Return a badge for each verdict on an image, the latest first; nothing where nobody judged it."""
    if not verdicts:
        return Markup()
    newest = sorted(verdicts, key=lambda verdict: (verdict.adjudicates, verdict.time), reverse=True)
    drawn = [_badge(verdict) for verdict in newest[:BADGES]]
    if len(newest) > BADGES:
        drawn.append(Markup('<span class="er-badge">and {} more</span>').format(len(newest) - BADGES))
    return Markup('<span class="er-badges">{}</span>').format(Markup("").join(drawn))


def _badge(verdict: Decision) -> Markup:
    """Return a badge; its colour says what the verdict is: the label is wrong, right, or nobody can tell."""
    kind = "open" if not verdict.is_answer else "wrong" if verdict.says_wrong else "right"
    what = f"{verdict_phrase(verdict)}{', settled' if verdict.adjudicates else ''}"
    when = f", {verdict.time[:16].replace('T', ' ')} UTC" if verdict.time else ""
    badge = Markup('<span class="er-badge er-said-{}" title="{}: {}{}"><b>{}</b> {}</span>')
    reviewer, said = shown(verdict.reviewer), shown(what)
    return badge.format(kind, reviewer, said, when, reviewer, said)
