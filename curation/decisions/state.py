"""The verdicts in force after some lines of the decision log: each reviewer's latest that was not undone."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Sequence

from curation.decisions.decision import Decision, Entry, Reversal, in_order, order
from curation.decisions.image_index import ImageIndex
from curation.decisions.today import Asking, Today, gone_classes, likely_class
from curation.decisions.verdicts import KEEP


class State:
    """The decisions of each reviewer on each image; entries are applied one by one, in order."""

    def __init__(self, images: ImageIndex | None = None, today: Today | None = None):
        """Start without a decision.

        Args:
            images: of the data set; by default each image is where its decision says.
            today: its classes and given labels; by default those of the decisions.
        """
        self._images, self._today = images, today
        self._readings: dict[str, Decision] = {}  # decision -> what it says today, where that is another text
        self._asks: dict[str, Asking] = {}  # decision -> why it no longer counts
        self._decisions: dict[str, Decision] = {}
        self._taken: set[str] = set()  # decisions that were taken back
        self._verdicts: dict[str | None, dict[str, list[Decision]]] = {}  # image -> reviewer -> latest last
        self._adjudications: dict[str | None, list[Decision]] = {}
        self._done: dict[str, list[Decision]] = {}  # reviewer -> can be undone, latest last
        self._undone: dict[str, list[Decision]] = {}  # reviewer -> can be redone, latest last
        self.ignored: list[Reversal] = []  # they name no decision in force, or another reviewer's

    def apply(self, entry: Entry) -> None:
        """Let a decision, an undo or a redo count; an entry that is known already changes nothing."""
        if isinstance(entry, Reversal):
            self._reverse(entry)
        elif entry.id not in self._decisions:
            self._decisions[entry.id] = entry
            self._undone.pop(entry.reviewer, None)  # a new decision ends what could be redone
            self._put(entry)

    def image_of(self, decision: Decision) -> str | None:
        """Return today's image_id of the image that was judged; None where the data set no longer has it."""
        return self._images.find(decision.image_id, decision.sha256) if self._images else decision.image_id

    def images(self) -> list[str]:
        """Return the image_ids with a verdict in force, in order."""
        judged = sorted(image for image in {*self._verdicts, *self._adjudications} if image is not None)
        if not self._asks:
            return judged
        return [image for image in judged if self.verdicts(image) or self.adjudication(image)]

    def verdicts(self, image_id: str) -> dict[str, Decision]:
        """Return each reviewer's verdict in force on an image, adjudications left out."""
        stacks = sorted(self._verdicts.get(image_id, {}).items())
        return {reviewer: verdict for reviewer, stack in stacks if (verdict := self._counting(stack))}

    def adjudication(self, image_id: str) -> Decision | None:
        """Return the latest adjudication of an image in force."""
        return self._counting(self._adjudications.get(image_id, []))

    def verdict(self, image_id: str) -> Decision | None:
        """Return the verdict over all reviewers: the adjudication, else what all agree on, else None.

        An unsure verdict contradicts no other; where all are unsure, the verdict is unsure.
        """
        if image_id not in self._verdicts and image_id not in self._adjudications:
            return None  # as most images of a large data set
        if settled := self.adjudication(image_id):
            return settled
        verdicts = sorted(self.verdicts(image_id).values(), key=order)
        answers = [verdict for verdict in verdicts if verdict.is_answer]
        if len({answer.meaning for answer in answers}) > 1:
            return None
        return next(reversed(answers or verdicts), None)

    def disputed(self, image_id: str) -> bool:
        """Return whether reviewers disagree on an image that nobody adjudicated."""
        return self.verdict(image_id) is None and bool(self.verdicts(image_id))

    def in_force(self, decision_id: str) -> bool:
        """Return whether it is the reviewer's latest decision on the image and not undone."""
        decision = self._decisions.get(decision_id)
        if decision is None:
            return False
        stack = self._stack(decision)
        latest = bool(stack) and stack[-1].id == decision_id
        return latest and self.image_of(decision) is not None and decision_id not in self._asks

    def undone(self, decision_id: str) -> bool:
        """Return whether a decision was taken back."""
        return decision_id in self._taken

    def decision(self, decision_id: str) -> Decision | None:
        """Return the decision of that id, in force or not."""
        return self._decisions.get(decision_id)

    def missing(self) -> list[Decision]:
        """Return the decisions on images that the data set no longer has, in order."""
        verdicts = [decision for stack in self._verdicts.get(None, {}).values() for decision in stack]
        return sorted([*verdicts, *self._adjudications.get(None, [])], key=order)

    def asks(self, decision_id: str) -> str:
        """Return why a decision that is a reviewer's latest on an image asks again; see `Today.asks`."""
        asking = self._asks.get(decision_id)
        return asking.reason if asking and self._is_latest(asking) else ""

    def asking(self) -> list[Asking]:
        """Return the decisions that ask again, in order, on images that nobody has judged in today's classes."""
        latest = filter(self._is_latest, self._asks.values())
        unanswered = (
            each for each in latest if not self.verdicts(each.image_id) and not self.adjudication(each.image_id)
        )
        return sorted(unanswered, key=lambda asking: order(asking.decision))

    def gone(self) -> tuple[dict[str, list[Asking]], dict[str, str]]:
        """Return the classes that verdicts name and the data set no longer has, and what each is probably called now.

        The first is class -> verdicts, as `gone_classes` has them, the second class -> a class of today.
        """
        if self._today is None or not self._asks:
            return {}, {}
        gone = gone_classes(self.asking(), self._today)
        judged = [(each, image) for each in self._decisions.values() if (image := self.image_of(each))]
        return gone, {name: now for name in gone if (now := likely_class(name, judged, self._today))}

    def renamed(self) -> dict[tuple[str, str], int]:
        """Return (label that was kept, today's label) -> kept images, where their class was renamed since."""
        before = (self._decisions[each.id] for each in self._all_in_force() if each.decision == KEEP)
        pairs = ((kept.label, self._readings[kept.id].label) for kept in before if kept.id in self._readings)
        return dict(Counter(pairs))

    def counts(self, reviewer: str = "") -> dict[str, int]:
        """Return how many verdicts in force there are of each kind, of one reviewer or of all."""
        return dict(Counter(each.decision for each in self._all_in_force() if reviewer in ("", each.reviewer)))

    def reviewers(self) -> list[str]:
        """Return the reviewers who have a verdict in force, sorted."""
        return sorted({decision.reviewer for decision in self._all_in_force()})

    def undoable(self, reviewer: str) -> list[Decision]:
        """Return what an undo of this reviewer takes back, latest first: a decision, or all of its batch."""
        return _step(self._done.get(reviewer, []))

    def redoable(self, reviewer: str) -> list[Decision]:
        """Return what a redo of this reviewer brings back, in order."""
        return _step(self._undone.get(reviewer, []))

    def _all_in_force(self) -> list[Decision]:
        """Return the verdicts and adjudications in force on images that the data set has."""
        verdicts = [stack for image, stacks in self._verdicts.items() if image is not None for stack in stacks.values()]
        adjudications = [stack for image, stack in self._adjudications.items() if image is not None]
        return [verdict for stack in (*verdicts, *adjudications) if (verdict := self._counting(stack))]

    def _counting(self, stack: Sequence[Decision]) -> Decision | None:
        """Return what the latest decision of a stack says today; None without one, or where it asks again."""
        if not stack or stack[-1].id in self._asks:
            return None
        return self._readings.get(stack[-1].id, stack[-1])

    def _is_latest(self, asking: Asking) -> bool:
        stack = self._stack(asking.decision)
        return bool(stack) and stack[-1].id == asking.decision.id

    def _reverse(self, entry: Reversal) -> None:
        decision = self._decisions.get(entry.of)
        done, undone = self._done.get(entry.reviewer, []), self._undone.setdefault(entry.reviewer, [])
        if decision is None or decision.reviewer != entry.reviewer or (entry.kind == "undo") == self.undone(entry.of):
            self.ignored.append(entry)
        elif entry.kind == "undo":
            _remove(done, decision)
            undone.append(decision)
            self._take(decision)
        else:
            _remove(undone, decision)
            self._put(decision)

    def _put(self, decision: Decision) -> None:
        self._taken.discard(decision.id)
        self._done.setdefault(decision.reviewer, []).append(decision)
        image = self.image_of(decision)
        if decision.adjudicates:
            stack = self._adjudications.setdefault(image, [])
        else:
            stacks = self._verdicts.get(image)
            if stacks is None:
                stacks = self._verdicts[image] = {}
            stack = stacks.setdefault(decision.reviewer, [])
        if stack and not self._is_after(decision, stack[-1], image):
            insort(stack, decision, key=lambda each: self._precedence(each, image))  # redone: back to where it was
        else:
            stack.append(decision)
        if self._today is not None and image is not None and not self._today.is_as_given(decision, image):
            self._read(self._today, decision, image)

    def _read(self, today: Today, decision: Decision, image: str) -> None:
        if reason := today.asks(decision, image):
            self._asks[decision.id] = Asking(decision, image, reason)
        elif (reading := today.reading(decision, image)) is not decision:
            self._readings[decision.id] = reading

    def _is_after(self, decision: Decision, other: Decision, image: str | None) -> bool:
        """Return whether a decision comes after another on the same image; almost all do, by their time alone."""
        if decision.time > other.time and decision.image_id == image:
            return True
        return self._precedence(decision, image) >= self._precedence(other, image)

    @staticmethod
    def _precedence(decision: Decision, image: str | None) -> tuple[bool, tuple[str, int, str]]:
        """Return the sort key of decisions on one image: those made on a copy that is gone by now come first."""
        return image == decision.image_id, order(decision)

    def _take(self, decision: Decision) -> None:
        stack, image = self._stack(decision), self.image_of(decision)
        _remove(stack, decision)
        self._taken.add(decision.id)
        if stack:
            return
        if decision.adjudicates:
            del self._adjudications[image]
            return
        del self._verdicts[image][decision.reviewer]
        if not self._verdicts[image]:
            del self._verdicts[image]

    def _stack(self, decision: Decision) -> list[Decision]:
        """Return the decisions of the same kind on the same image, of the same reviewer unless they adjudicate."""
        image = self.image_of(decision)
        if decision.adjudicates:
            return self._adjudications.get(image, [])
        return self._verdicts.get(image, {}).get(decision.reviewer, [])


def replay(
    entries: Iterable[Entry],
    image_ids: Sequence[str] = (),
    sha256s: Sequence[str] = (),
    today: Today | None = None,
) -> State:
    """Return the state after these entries, in whatever order they come.

    Args:
        entries: of one log or of several; an entry that occurs twice counts once.
        image_ids: of the data set, N; without them each image is where its decision says.
        sha256s: of its files, N.
        today: its classes and given labels; without them verdicts are read as they were given.
    """
    state = State(ImageIndex(image_ids, sha256s) if len(image_ids) else None, today)
    for entry in in_order(entries):
        state.apply(entry)
    return state


def _step(stack: Sequence[Decision]) -> list[Decision]:
    """Return the top of a stack, and the decisions of the same batch that lie under it."""
    top: list[Decision] = []
    for decision in reversed(stack):
        if top and not (top[0].batch and decision.batch == top[0].batch):
            break
        top.append(decision)
    return top


def _remove(stack: list[Decision], decision: Decision) -> None:
    """Take a decision out of a stack, where it mostly lies on top."""
    for place in range(len(stack) - 1, -1, -1):
        if stack[place].id == decision.id:
            del stack[place]
            return
