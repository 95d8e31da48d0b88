"""Verdicts in words."""

from collections.abc import Sequence

from curation.decisions.decision import Decision
from curation.decisions.verdicts import KEEP


def verdict_phrase(decision: Decision) -> str:
    """Return a verdict and its classes: `relabel forest`, `keep sea`, `exclude`."""
    classes = " / ".join(decision.new_labels) or (decision.label if decision.decision == KEEP else "")
    return f"{decision.decision} {classes}".strip()


def images_phrase(decisions: Sequence[Decision]) -> str:
    """Return the image of a decision, or the number of images of several."""
    return decisions[0].image_id if len(decisions) == 1 else f"{len(decisions)} images"


def decisions_phrase(decisions: Sequence[Decision]) -> str:
    """Return decisions with the same verdict, at least one: `test/sea/0.png: keep sea`, `9 images: relabel street`."""
    several = len(decisions) > 1 and not decisions[0].new_labels
    verdict = decisions[0].decision if several else verdict_phrase(decisions[0])  # their given labels may differ
    return f"{images_phrase(decisions)}: {verdict}"


def replaced_phrase(pairs: Sequence[tuple[Decision, Decision]]) -> str:
    """Return, without a full stop, that verdicts on one image or several would replace others, and how to go on.

    Args:
        pairs: each verdict that stands, and the one that was asked for; at least one pair.
    """
    stands, wanted = pairs[0]
    who = "you" if all(old.reviewer == new.reviewer for old, new in pairs) else "others"
    if len(pairs) > 1:
        return f"{who} already judged {len(pairs)} of these images; the same again replaces those verdicts"
    who = who if who == "you" else stands.reviewer
    said, instead = verdict_phrase(stands), verdict_phrase(wanted)
    return f"{who} already said “{said}”; the same again replaces it with “{instead}”"
