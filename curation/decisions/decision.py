"""What a person decided about the label of an image: a line of the decision log."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from curation.decisions.lines.fields import SCHEMA_VERSION, check_schema, checked_fields
from curation.decisions.verdicts import KEEP, RELABEL, VERDICTS
from models.errors import ErrataError, unknown

SOURCES = ("app", "apply", "fiftyone", "import", "sync")
SHA256 = "[0-9a-f]{64}"  # of `sha256`, whole
_ORDER = attrgetter("time", "sequence", "id")
_LONGEST_NAME = 64  # letters of a reviewer's name: it stands in a column of every table


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's look at an image, and the verdict; the log fills in what its caller leaves empty."""

    reviewer: str
    image_id: str
    decision: str  # of VERDICTS
    new_labels: tuple[str, ...] = ()  # class names: one for relabel, two or more for ambiguous and multi-label
    label: str = ""  # class name, as given
    sha256: str = ""  # of the image file: a moved image keeps its decisions
    looked_s: float | None = None  # seconds from seeing the image to the verdict
    queue: str = ""  # the queue or view it was looked at in
    rank: int | None = None  # place in that queue, 1 = first
    run: str = ""  # that proposed the new label
    proposed_by: tuple[str, ...] = ()  # architectures that proposed it
    blind: bool = False  # the models' output was hidden until the verdict
    source: str = "app"  # of SOURCES
    drawn: bool = False  # the look was drawn at random
    inclusion: float | None = None  # probability, in (0, 1], with which it was drawn
    adjudicates: bool = False  # settles a disagreement: overrides the reviewers' own verdicts
    batch: str = ""  # decided in one go: the decisions of one batch are undone together
    id: str = ""
    sequence: int = 0  # of the line in the log it was first written to
    time: str = ""  # UTC, 2026-01-31T12:00:00.000000Z: texts in order are times in order

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes that the image has by this verdict, sorted; empty for exclude, unsure etc."""
        return (self.label,) if self.decision == KEEP else tuple(sorted(self.new_labels))

    @property
    def meaning(self) -> tuple[str, ...]:
        """What is equal in two verdicts that say the same: keeping `sea` and relabelling to `sea` mean one thing."""
        kind = RELABEL if self.decision == KEEP else self.decision
        return (kind, *self.labels)

    def says_the_same_as(self, other: "Decision | None") -> bool:
        """Return whether another decision on the same image is the same verdict, whoever decided."""
        return other is not None and self.meaning == other.meaning

    @property
    def is_answer(self) -> bool:
        """Whether it settles something; after `unsure` the image stays open."""
        return VERDICTS[self.decision].is_answer

    @property
    def says_wrong(self) -> bool:
        """Whether it says that the given label is wrong; an image to exclude has no label to be wrong."""
        return VERDICTS[self.decision].label_is_wrong or (bool(self.labels) and self.label not in self.labels)

    def checked(self, classes: Collection[str] | None = None) -> "Decision":
        """Return it if it makes sense.

        Args:
            classes: those of the data set; None = any class is allowed.

        Raises:
            ErrataError: an unknown verdict, class or source, too few or too many classes, a value out of range, or the
                image lies outside the folder of the images.
        """
        if self.decision not in VERDICTS:
            raise unknown("decision", self.decision, VERDICTS)
        if self.source not in SOURCES:
            raise unknown("source of decisions", self.source, SOURCES)
        checked_reviewer(self.reviewer)
        if not self.image_id or not self.label:
            raise ErrataError(
                f"a decision needs an image_id and a label as given; found {self.image_id!r}, {self.label!r}"
            )
        if leads_out(self.image_id):
            raise ErrataError(f"image_id {self.image_id!r} leads out of the folder of the images")
        self._check_classes(classes)
        self._check_look()
        return self

    def _check_classes(self, classes: Collection[str] | None) -> None:
        if classes is not None:
            for name in (self.label, *self.new_labels):
                if name not in classes:
                    raise unknown("class", name, classes)
        if reason := _wrong_classes(self.decision, self.label, self.new_labels):
            raise ErrataError(f"{self.decision} of {self.image_id!r} {reason}")

    def _check_look(self) -> None:
        if self.looked_s is not None and not 0 <= self.looked_s < float("inf"):
            raise ErrataError(f"looked_s of {self.image_id!r} is {self.looked_s}; it is a number of seconds, 0 or more")
        if self.rank is not None and self.rank < 1:
            raise ErrataError(f"rank of {self.image_id!r} is {self.rank}; the first of a queue is 1")
        if self.inclusion is not None and not (self.drawn and 0 < self.inclusion <= 1):
            raise ErrataError(
                f"inclusion of {self.image_id!r} is {self.inclusion} and drawn is {self.drawn}; "
                "it is a probability above 0, at most 1, of a look that was drawn"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the line of the log as JSON-able values."""
        return {"schema_version": SCHEMA_VERSION, "kind": "decision", **_values(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], classes: Collection[str] | None = None) -> "Decision":
        """Return the decision of a line, whatever `to_dict` returned.

        Raises:
            ErrataError: as `checked`; also an unknown, missing or mistyped field, or a newer schema.
        """
        decision = cls(**checked_fields(cls, "decision", values))
        if not re.fullmatch(SHA256, decision.sha256):
            raise ErrataError(f"sha256 {decision.sha256!r} is not a SHA-256: expected 64 characters of 0-9 and a-f")
        return decision.checked(classes)


@lru_cache(maxsize=1024)  # the lines of a log have few combinations
def _wrong_classes(decision: str, label: str, new_labels: tuple[str, ...]) -> str:
    """Return why a verdict does not name such classes, without its subject; empty where it may."""
    names = VERDICTS[decision].classes_named
    number, different = len(new_labels), len(set(new_labels))
    named = ", ".join(new_labels) or "none"
    if names == "none" and number:
        return f"names classes ({named}); it takes none"
    if names == "one" and number != 1:
        return f"names {number} classes ({named}); it takes exactly one"
    if names == "several" and (different < 2 or different < number):
        return f"takes two or more different classes; found: {named}"
    if decision == RELABEL and new_labels == (label,):
        return f"names the given label {label!r}; decide keep instead"
    return ""


@dataclass(frozen=True, slots=True)
class Reversal:
    """An undo, which takes a decision back, or a redo, which brings it back into force."""

    kind: Literal["undo", "redo"]
    of: str  # id of the decision
    reviewer: str  # of the decision
    source: str = "app"
    id: str = ""
    sequence: int = 0
    time: str = ""

    def checked(self) -> "Reversal":
        """Return it if it makes sense.

        Raises:
            ErrataError: an unknown source, or no name of a reviewer.
        """
        if self.source not in SOURCES:
            raise unknown("source of decisions", self.source, SOURCES)
        checked_reviewer(self.reviewer)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the line of the log as JSON-able values."""
        return {"schema_version": SCHEMA_VERSION, **_values(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Reversal":
        """Return the undo or redo of a line.

        Raises:
            ErrataError: an unknown, missing or mistyped field, or a newer schema.
        """
        kind: Literal["undo", "redo"] = "undo" if values.get("kind") == "undo" else "redo"
        return cls(kind=kind, **checked_fields(cls, kind, values)).checked()


Entry = Decision | Reversal


def entry_from_dict(values: Mapping[str, Any], classes: Collection[str] | None = None) -> Entry:
    """Return the entry of a line of the log.

    Raises:
        ErrataError: it cannot be read; the sentence says what is wrong.
    """
    check_schema(values)
    kind = values.get("kind")
    if kind == "decision":
        return Decision.from_dict(values, classes)
    if kind in ("undo", "redo"):
        return Reversal.from_dict(values)
    raise unknown("kind of line", str(kind), ("decision", "undo", "redo"))


def _values(entry: Entry) -> dict[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def leads_out(image_id: str) -> bool:
    """Return whether a name of an image, which strangers wrote, leads out of the folder of the images.

    >>> leads_out("sea/1..2.png"), leads_out("sea/../../x.png"), leads_out("/etc/passwd")
    (False, True, True)
    """
    return image_id.startswith("/") or (".." in image_id and ".." in image_id.split("/"))


@lru_cache(maxsize=1024)  # a log has few reviewers
def checked_reviewer(name: str) -> str:
    """Return the name of a reviewer.

    Raises:
        ErrataError: it is empty, too long, has space around it or characters that do not print.
    """
    if not name or name != name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ErrataError(
            f"reviewer {name!r} is not a name: use 1 to {_LONGEST_NAME} printable characters, no space around"
        )
    return name


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries in the order they count, by time, then sequence; an entry that occurs twice counts once."""
    by_id: dict[str, Entry] = {}
    for entry in entries:
        by_id.setdefault(entry.id, entry)
    return sorted(by_id.values(), key=_ORDER)


def order(entry: Entry) -> tuple[str, int, str]:
    """Return the sort key of entries; the id decides where two computers wrote at the same microsecond."""
    key: tuple[str, int, str] = _ORDER(entry)
    return key


def orders(entries: Iterable[Entry]) -> list[tuple[str, int, str]]:
    """Return the sort keys of many entries."""
    return list(map(_ORDER, entries))
