"""The verdicts on a label, in one table: all that keys, buttons, logs, versions and errata sheets know about them.

A new verdict is a line of VERDICTS. Two files of the review plugin are not Python: `fiftyone.yml` repeats operators,
`index.js` keys; tests compare them with this table. No letter means two things, here or there.
"""

from dataclasses import dataclass
from typing import Literal

KEEP, RELABEL, NONE_OF_THESE = "keep", "relabel", "none-of-these"  # names with a meaning: given label, another, none
LABEL = "label"  # the action that relabels to a class that a person chose: digits, forms, edited labels
PICK_KEY = "P"  # on the Review screen and in FiftyOne: choose several classes
DIGITS = 9  # the first classes of the data set, in its order, have the digits 1 to 9 everywhere; the others are typed
CLASS_KEY = "/"  # on the Review screen and in FiftyOne: type a class
REST_KEY = "T"  # in the grid of the Review screen: all images that are not chosen keep their label
MOVES = {  # on the Audit and Review screens and in FiftyOne -> key, other keys as browsers name them, what it does
    "back": ("K", ("ArrowLeft", "ArrowUp", "Backspace"), "Back"),
    "next": ("J", ("ArrowRight", "ArrowDown"), "Next"),
    "skip": ("S", (), "Skip"),
}
REVERSALS = {  # kind of reversal, which is its operator in FiftyOne -> key, what its button and its tooltip say
    "undo": ("Z", "Undo", "Take back my last verdict"),
    "redo": ("Y", "Redo", "Bring it back"),
}


@dataclass(frozen=True)
class Verdict:
    """One kind of verdict."""

    name: str  # in the log; names that were written once stay
    classes_named: Literal["none", "one", "several"]  # how many; `keep` names none besides the given one
    key: str  # upper-case letter, on the Review screen and in FiftyOne
    button: str  # what its button says
    purpose: str  # what its button in FiftyOne's tool bar says
    icon: str  # of that button, a Material icon
    action: str = ""  # how operators and tags call it; the name unless it is given
    removal: str = ""  # why the image has no label any more, for the errata sheet; empty: it keeps one
    correction: str = (
        ""  # what is wrong, of curation.scoring.learned.traits.CORRECTIONS; empty: the label stays, or unsure
    )
    label_is_wrong: bool = False  # though it names no class, it says that the given label is wrong
    joined_by: str = "and"  # word between the classes, for the errata sheet
    is_answer: bool = True  # False: the reviewer cannot tell, and the image stays open to others
    past: str = ""  # what was done to an image, as in "3 images you kept"; "called" and the button unless it is given

    def __post_init__(self) -> None:
        """Fill in the action, and what was done."""
        if not self.action:
            object.__setattr__(self, "action", self.name)
        if not self.past:
            object.__setattr__(self, "past", f"called {self.button.lower()}")

    @property
    def removes_label(self) -> bool:
        """Whether the image leaves the curated versions."""
        return bool(self.removal)

    @property
    def operator(self) -> str:
        """The name of its operator in FiftyOne."""
        return self.action.replace("-", "_")


VERDICTS = {
    verdict.name: verdict
    for verdict in (
        Verdict(KEEP, "none", "F", "Keep", "Keep the given label", "check", past="kept"),
        Verdict(
            RELABEL, "one", "A", "Accept", "Accept the suggested label", "done_all", action="accept",
            correction="wrong", past="relabelled to",
        ),
        Verdict(  # the image shows one of the classes, nobody can say which
            "ambiguous", "several", "B", "Ambiguous", "Ambiguous: given or suggested label", "help", joined_by="or",
            correction="ambiguous",
        ),
        Verdict(  # the image shows all of the classes
            "multi-label", "several", "M", "Multi-label", "Multi-label: given and suggested label", "library_add_check",
            correction="ambiguous",
        ),
        Verdict(
            NONE_OF_THESE, "none", "N", "None of these", "None of these classes", "block",
            removal="none of these classes", correction="out_of_scope", label_is_wrong=True,
        ),
        Verdict(
            "exclude", "none", "X", "Exclude", "Exclude", "delete",
            removal="excluded", correction="excluded", past="excluded",
        ),
        Verdict("unsure", "none", "U", "Unsure", "Unsure", "question_mark", is_answer=False),
    )
}  # fmt: skip


def actions() -> dict[str, Verdict]:
    """Return the verdict of each action: what is pressed, clicked or tagged."""
    return {**{verdict.action: verdict for verdict in VERDICTS.values()}, LABEL: VERDICTS[RELABEL]}


def tags() -> tuple[str, ...]:
    """Return the tags of samples that `errata sync` makes decisions of: the actions that need no chosen class."""
    return tuple(verdict.action for verdict in VERDICTS.values())


def removing() -> tuple[str, ...]:
    """Return the names of the verdicts that leave an image without a label."""
    return tuple(name for name, verdict in VERDICTS.items() if verdict.removes_label)


def unanswered() -> tuple[str, ...]:
    """Return the names of the verdicts that leave an image open."""
    return tuple(name for name, verdict in VERDICTS.items() if not verdict.is_answer)
