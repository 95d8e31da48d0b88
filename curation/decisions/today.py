"""What earlier verdicts say of today's data set, where classes were renamed or images moved to other class folders."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from curation.decisions.decision import Decision
from curation.decisions.verdicts import KEEP, RELABEL
from curation.words import counted, first_few

MOVED, GONE = "label changed", "class gone"  # why a verdict asks again: its image is open until it is judged anew


@dataclass(frozen=True)
class Today:
    """The classes of a data set and the given label of each image, now."""

    label_of: Mapping[str, str]  # image_id -> class name
    classes: frozenset[str]
    merged: Mapping[str, str] = field(default_factory=dict)  # class name -> the class that it is now

    def is_as_given(self, decision: Decision, image_id: str) -> bool:
        """Return whether a verdict surely asks nothing and reads as it was given, as almost all do: the fast answer."""
        return (
            not self.merged
            and self.label_of.get(image_id) == decision.label
            and self.classes.issuperset(decision.new_labels)
        )

    def asks(self, decision: Decision, image_id: str) -> str:
        """Return why a verdict no longer says what the image shows: MOVED, GONE, or nothing where it still does.

        A kept label is a statement about the class folder that the image lay in. Where that class still exists and the
        image lies in another, nobody has judged today's label. Where that class is gone, it was renamed or merged, and
        the image was kept in the class that it has now.
        """
        if decision.decision == KEEP:
            was = self._now(decision.label)
            return MOVED if was in self.classes and was != self.label_of.get(image_id, was) else ""
        return GONE if any(self._now(name) not in self.classes for name in decision.new_labels) else ""

    def reading(self, decision: Decision, image_id: str) -> Decision:
        """Return a verdict that asks nothing, with today's given label and the names that its classes have today."""
        given = self.label_of.get(image_id, decision.label)
        named = tuple(dict.fromkeys(map(self._now, decision.new_labels)))
        if (given, named) == (decision.label, decision.new_labels):
            return decision
        kind = RELABEL if len(named) == 1 else decision.decision  # `ambiguous: Cat or cat`, merged since
        return replace(decision, decision=kind, label=given, new_labels=named)

    def _now(self, name: str) -> str:
        return self.merged.get(name, name)


@dataclass(frozen=True)
class Asking:
    """A verdict that was in force until the classes changed."""

    decision: Decision
    image_id: str  # today's
    reason: str  # MOVED or GONE


def gone_classes(asking: Iterable[Asking], today: Today) -> dict[str, list[Asking]]:
    """Return class -> verdicts that name it though the data set no longer has it, most verdicts first."""
    named: dict[str, list[Asking]] = {}
    for each in asking:
        if each.reason == GONE:
            for name in each.decision.new_labels:
                if name not in today.classes and today.merged.get(name, name) not in today.classes:
                    named.setdefault(name, []).append(each)
    return dict(sorted(named.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def likely_class(name: str, judged: Iterable[tuple[Decision, str]], today: Today) -> str:
    """Return the class that a class which is gone is probably called now; nothing where the images do not tell.

    Args:
        name: of the class that is gone.
        judged: decisions, and today's image_id of each.
        today: the data set.
    """
    now = Counter(
        today.label_of[image_id]
        for decision, image_id in judged
        if decision.label == name and image_id in today.label_of
    )
    if now:
        return now.most_common(1)[0][0]
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(today.classes), 1)), "")


def gone_sentence(gone: Mapping[str, list[Asking]], likely: Mapping[str, str]) -> str:
    """Return what is asked where verdicts name classes that are gone: one sentence, without its end.

    Args:
        gone: see `gone_classes`; at least one class.
        likely: class -> what it is probably called now.
    """
    name, asking = next(iter(gone.items()))
    verdicts = f"{counted(len(asking), 'verdict')} ({first_few([each.image_id for each in asking])})"
    more = f" (as do verdicts that name {first_few(list(gone)[1:])})" if len(gone) > 1 else ""
    ask = f"audit again with --merge-classes '{name}={likely.get(name, 'ITS NAME NOW')}' if that is its name now"
    ask = ask if name in likely else ask.replace("if that is its name now", "if it was renamed")
    return (
        f"{verdicts} name{'s' if len(asking) == 1 else ''} the class {name!r}, which the data set no longer has{more}: "
        f"{ask}, else judge these images again"
    )
