"""What the review in FiftyOne has beside the verdicts, and the keys and buttons of all; it imports no FiftyOne."""

from curation.decisions.verdicts import PICK_KEY, REVERSALS, VERDICTS, Verdict

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


def panel_buttons() -> list[tuple[str, str]]:
    """Return the action and the label of each button of the panel above those of the classes, in order."""
    return [
        *((verdict.action, _label(verdict)) for verdict in VERDICTS.values()),
        (PICK, f"Pick classes ({PICK_KEY})"),
        (ALIKE, f"Most like it ({ALIKE_KEY})"),
        *((kind, f"{button} ({key})") for kind, (key, button, _) in REVERSALS.items()),
    ]


def _label(verdict: Verdict) -> str:
    """Return what a button says that does not name the class, as the one on the Review screen does."""
    suggestion = " suggestion" if verdict.classes_named == "one" else ""
    return f"{verdict.button}{suggestion} ({verdict.key})"
