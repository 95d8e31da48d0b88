"""Verdicts of one key, click or tag: what each means for an image with a given and a suggested class."""

from typing import Any

from curation.results.audit import Audit
from models.errors import ErrataError, unknown

QUICK = {  # what is pressed, clicked or tagged -> the decision, the classes it names
    "keep": ("keep", "none"),
    "accept": ("relabel", "other"),
    "label": ("relabel", "chosen"),
    "ambiguous": ("ambiguous", "both"),
    "multi-label": ("multi-label", "both"),
    "none-of-these": ("none-of-these", "none"),
    "exclude": ("exclude", "none"),
    "unsure": ("unsure", "none"),
}
TAGS = tuple(one for one in QUICK if one != "label")  # of samples, that `errata sync` makes decisions of


def quick_verdict(audit: Audit, row: int, quick: str, chosen: str = "") -> dict[str, Any]:
    """Return the fields of the decision that a quick verdict on an image is: what it says, and who proposed it.

    Args:
        audit: of the data set.
        row: of the image.
        quick: of QUICK. `ambiguous` and `multi-label` name the given class and the one held against it; `label` that
            is the given one keeps it.
        chosen: class name, for `label`.

    Raises:
        ErrataError: an unknown verdict or class, or nothing is suggested that could be accepted.
    """
    if quick not in QUICK:
        raise unknown("verdict", quick, QUICK)
    decision, named = QUICK[quick]
    classes, given = audit.rows.classes, int(audit.rows.labels[row])
    other = int(audit.alternatives()[row])
    if named == "other" and audit.consensus.suggested[row] == given:
        raise ErrataError(
            f"nothing is suggested for {audit.rows.image_ids[row]!s}: the models agree with {classes[given]!r}; "
            "keep it, or set another label"
        )
    if named == "chosen":
        if chosen not in classes:
            raise unknown("class", chosen, classes)
        if chosen == classes[given]:
            return {"decision": "keep"}
        other = classes.index(chosen)
    if named == "none":
        return {"decision": decision}
    if named == "both":
        return {"decision": decision, "new_labels": (classes[given], classes[other])}
    return {"decision": decision, "new_labels": (classes[other],), **_proposed(audit, row, other)}


def _proposed(audit: Audit, row: int, label: int) -> dict[str, Any]:
    """Return which architectures say so too, and the run of the first."""
    own = [one for one in audit.voters if int(one.predictions.probs[row].argmax()) == label]
    return {"proposed_by": tuple(one.name for one in own), "run": own[0].run_folder.name} if own else {}
