"""What the review in FiftyOne has beside the verdicts, and the keys and buttons of all; it imports no FiftyOne."""

from curation.decisions.verdicts import (
    CLASS_KEY,
    DIGITS,
    KEEP,
    MOVES,
    NONE_OF_THESE,
    PICK_KEY,
    RELABEL,
    REVERSALS,
    VERDICTS,
    Verdict,
)
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.review.suggestion import suggestion

PICK = "pick"  # the operator that asks for several classes
ALIKE, ALIKE_KEY = "alike", "L"  # the operator that selects the images most like a judged one


def keys() -> dict[str, str]:
    """Return key -> action, as `index.js` has to have them; digits stand for classes."""
    return {
        **{verdict.key.lower(): verdict.action for verdict in VERDICTS.values()},
        PICK_KEY.lower(): PICK,
        ALIKE_KEY.lower(): ALIKE,
        **{key.lower(): kind for kind, (key, _, _) in REVERSALS.items()},
    }


def key_lines() -> list[list[str]]:
    """Return each key and what it does, in the order in which `keys.js` has to show them."""
    return [
        *([verdict.key, verdict.purpose] for verdict in VERDICTS.values()),
        [f"1 … {DIGITS}", "The class, in the order of the data set"],
        [CLASS_KEY, "Type any class"],
        [PICK_KEY, "Pick several classes"],
        [ALIKE_KEY, "The images most like the one judged last"],
        *([key, purpose] for key, _, purpose in REVERSALS.values()),
        *([key, does] for key, _, does in MOVES.values()),
    ]


def panel_buttons() -> list[tuple[str, str]]:
    """Return the action and the label of each button of the panel above those of the classes, in order."""
    return [
        *((verdict.action, _label(verdict)) for verdict in VERDICTS.values()),
        (PICK, f"Pick classes ({PICK_KEY})"),
        (ALIKE, f"Most like it ({ALIKE_KEY})"),
        *((kind, f"{button} ({key})") for kind, (key, button, _) in REVERSALS.items()),
    ]


def likely_action(desk: FiftyOneDesk, row: int | None) -> str:
    """Return the action that is most likely for an image, as the Review screen has it; empty where none is open.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    if row is None:
        return ""
    audit = desk.bench.audit
    if suggestion(desk.bench, row, learns=True).no_class:
        return VERDICTS[NONE_OF_THESE].action
    differs = audit.consensus.suggested[row] != audit.rows.labels[row]
    return VERDICTS[RELABEL if differs else KEEP].action


def _label(verdict: Verdict) -> str:
    """Return what a button says that does not name the class, as the one on the Review screen does."""
    suggestion = " suggestion" if verdict.classes_named == "one" else ""
    return f"{verdict.button}{suggestion} ({verdict.key})"
