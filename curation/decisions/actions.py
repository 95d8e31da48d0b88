"""What a key, click or tag decides about an image with a given and a suggested class, and who proposed that class."""

from collections.abc import Sequence
from typing import Any

from curation.decisions.verdicts import KEEP, LABEL, actions
from curation.results.audit import Audit
from models.errors import ErrataError, unknown


def decision_fields(audit: Audit, row: int, action: str, chosen: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of the decision that an action on an image makes: verdict, classes, and who proposed them.

    Args:
        audit: of the data set.
        row: of the image.
        action: of `actions`.
        chosen: class names: one for `label`, where the given class means keep; two or more for a verdict that names
            several, by default the given class and the one held against it.

    Raises:
        ErrataError: an unknown action or class, or nothing is suggested that could be accepted.
    """
    known = actions()
    if action not in known:
        raise unknown("verdict", action, known)
    verdict, classes = known[action], audit.rows.classes
    given, other = (classes[label] for label in (audit.rows.labels[row], audit.alternatives()[row]))
    if verdict.classes_named == "none":
        return {"decision": verdict.name}
    if verdict.classes_named == "several":
        return {"decision": verdict.name, "new_labels": tuple(chosen) or (given, other)}
    if action == LABEL:
        other = _only(chosen)
        if other not in classes:
            raise unknown("class", other, classes)
        if other == given:
            return {"decision": KEEP}
    elif audit.consensus.suggested[row] == audit.rows.labels[row]:
        raise ErrataError(
            f"nothing is suggested for {audit.rows.image_ids[row]!s}: the models agree with {given!r}; "
            "keep it, or set another label"
        )
    return {"decision": verdict.name, "new_labels": (other,), **proposal(audit, row, other)}


def proposal(audit: Audit, row: int, label: str) -> dict[str, Any]:
    """Return the fields of a decision that say who proposed a class: architectures, and the run of the first."""
    place = audit.rows.classes.index(label)
    voters = [voter for voter in audit.voters if int(voter.predictions.probs[row].argmax()) == place]
    names = tuple(voter.name for voter in voters)
    return {"proposed_by": names, "run": voters[0].run_folder.name} if voters else {}


def _only(chosen: Sequence[str]) -> str:
    if len(chosen) != 1:
        raise ErrataError(f"a label takes exactly one class; found: {', '.join(chosen) or 'none'}")
    return chosen[0]
