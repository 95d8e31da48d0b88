"""One reviewer's sitting: what was chosen, the image that is next, and the verdict on it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.review_bench import Bench
from curation.audit_sample import Queue
from curation.decisions import Decision
from models.arrays import BoolArray
from models.errors import ErrataError

SHORTEST_LOOK_S = 0.15  # a key pressed sooner was meant for the image before: nobody sees a picture that fast
_SHOWN, _SAID, _PASSED, _LAST = "review.shown", "review.said", "review.passed", "review.last"


@dataclass(frozen=True)
class Sitting:
    """What a reviewer chose to look at, and how."""

    bench: Bench
    reviewer: str
    split: str  # or ALL
    order: str  # of ORDERS
    pair: tuple[int, int] | None  # given and suggested class
    blind: bool
    skip_others: bool  # images that another reviewer is sure about

    @property
    def queue(self) -> Queue:
        """The whole queue, whoever judged what."""
        return self.bench.queue(self.split, self.order, self.pair)

    @property
    def name(self) -> str:
        """The queue's name in the log."""
        classes = self.bench.review.classes
        return f"{self.split}: {classes[self.pair[0]]} → {classes[self.pair[1]]}" if self.pair else self.about

    @property
    def about(self) -> str:
        """The split and the order."""
        return f"{self.split}: {self.order}"

    def open(self) -> BoolArray:
        """Return which places of the queue are still to be looked at, shape (M,)."""
        done = self.bench.tally()[1].done(self.reviewer, self.skip_others)
        for image_id in passed():
            if image_id in self.bench.row_of:
                done[self.bench.row_of[image_id]] = True
        return ~done[self.queue.rows]


@dataclass(frozen=True)
class Look:
    """An image as it is shown to a reviewer; a verdict on another one than the one shown is none."""

    sitting: Sitting
    row: int
    place: int | None  # in the queue, 0 = first; None: chosen by its address
    drawn: bool
    before: str = ""  # id of the reviewer's verdict in force when it was shown

    @property
    def image_id(self) -> str:
        """Its name."""
        return str(self.sitting.bench.audit.rows.image_ids[self.row])

    @property
    def label(self) -> int:
        """The given class."""
        return int(self.sitting.bench.audit.rows.labels[self.row])

    @property
    def other(self) -> int:
        """The class held against the given one."""
        return int(self.sitting.bench.audit.alternatives()[self.row])


def next_looks(sitting: Sitting, count: int) -> list[Look]:
    """Return the images to look at next, the one in the address first; files that are gone are passed over."""
    looks = [_look(sitting, *linked)] if (linked := _linked(sitting)) else []
    queue = sitting.queue
    for place in sitting.open().nonzero()[0].tolist():
        if len(looks) >= count:
            break
        row = int(queue.rows[place])
        image_id = str(sitting.bench.audit.rows.image_ids[row])
        if looks and looks[0].row == row:
            continue
        if not (sitting.bench.audit.rows.root / image_id).exists():
            pass_over(image_id, f"{image_id} is gone from the disk and was passed over: put it back, or audit again.")
            continue
        looks.append(_look(sitting, row, place, bool(queue.drawn[place])))
    return looks


def show(look: Look) -> None:
    """Note that an image is on the screen from now on."""
    if st.session_state.get(_SHOWN, ("",))[0] != look.image_id:
        st.session_state[_SHOWN] = [look.image_id, time.time()]


def judge(look: Look, decision: str, new_labels: Sequence[str] = ()) -> None:
    """Write a verdict to the log, if it is on the image that is shown and not judged meanwhile elsewhere."""
    image_id, since = st.session_state.get(_SHOWN, ("", 0.0))
    looked_s = time.time() - since
    if image_id != look.image_id or looked_s < SHORTEST_LOOK_S:
        return  # a key that was pressed twice
    sitting, bench = look.sitting, look.sitting.bench
    with bench.lock, bench.review.reading() as state:
        own = state.verdicts(image_id).get(sitting.reviewer)
        if own is not None and own.id != look.before:
            leave(image_id)
            say(f"{image_id} was judged meanwhile in another tab ({phrase(own)}); that verdict stands.")
            return
        probability = bench.inclusion_of(sitting.split, look.row) if look.drawn else None
        try:
            written = bench.review.decide(
                Decision(
                    sitting.reviewer,
                    image_id,
                    decision,
                    tuple(new_labels),
                    looked_s=round(looked_s, 3),
                    queue=sitting.name if look.place is not None else "link",
                    rank=None if look.place is None else look.place + 1,
                    blind=sitting.blind,
                    drawn=look.drawn,
                    inclusion=probability,
                    **proposal(look, decision, new_labels),
                )
            )
        except ErrataError as error:
            pass_over(image_id, f"{error}.")
            return
    leave(image_id)
    st.session_state.pop(_SHOWN)  # the same key again, before another image is shown, is no verdict
    remember(written, _models_say(look) if sitting.blind else "")


def judge_many(sitting: Sitting, rows: Sequence[int], label: str, looked_s: float) -> None:
    """Relabel several images in one go, all of them or, where one is gone or changed, none."""
    looks = [Look(sitting, row, None, False) for row in rows]
    decisions = [
        Decision(
            sitting.reviewer,
            look.image_id,
            "relabel",
            (label,),
            looked_s=round(looked_s / len(rows), 3),
            queue=f"{sitting.name} (grid)",
            **proposal(look, "relabel", (label,)),
        )
        for look in looks
    ]
    try:
        remember(sitting.bench.review.decide(*decisions))
    except ErrataError as error:
        say(f"{error}.")


def proposal(look: Look, decision: str, new_labels: Sequence[str]) -> dict[str, Any]:
    """Return which architectures said so before the reviewer did, and the run of the first; none where it was blind."""
    if look.sitting.blind or decision != "relabel":
        return {}
    wanted = look.sitting.bench.review.classes.index(new_labels[0])
    own = [one for one in look.sitting.bench.audit.voters if int(one.predictions.probs[look.row].argmax()) == wanted]
    return {"proposed_by": tuple(one.name for one in own), "run": own[0].run_folder.name} if own else {}


def reverse(sitting: Sitting, kind: str) -> None:
    """Take back the reviewer's latest verdict, or bring it back."""
    review = sitting.bench.review
    try:
        step = review.undo(sitting.reviewer) if kind == "undo" else review.redo(sitting.reviewer)
    except ErrataError as error:
        say(f"{error}.")
        return
    done = "Took back" if kind == "undo" else "Brought back"
    if step:
        st.session_state[_LAST] = f"{done}: {summary(step)}"
        st.session_state.pop(_SHOWN, None)  # what is shown next is looked at anew


def leave(image_id: str) -> None:
    """Go on in the queue after the image in the address."""
    if st.query_params.get("image") == image_id:
        st.query_params.pop("image", None)


def pass_over(image_id: str, sentence: str) -> None:
    """Leave an image out for this visit, and say why."""
    st.session_state[_PASSED] = [*passed(), image_id]
    leave(image_id)
    say(sentence)


def passed() -> list[str]:
    """Return the images that were left out in this visit."""
    return list(st.session_state.get(_PASSED, []))


def say(sentence: str) -> None:
    """Show a sentence with the next image."""
    st.session_state[_SAID] = sentence


def said() -> str:
    """Return the sentence to show, once."""
    return str(st.session_state.pop(_SAID, ""))


def remember(written: Sequence[Decision], revealed: str = "") -> None:
    """Keep what was decided last, to show it beside the key that takes it back."""
    st.session_state[_LAST] = f"{summary(written)}{revealed}"


def last() -> str:
    """Return what was decided last."""
    return str(st.session_state.get(_LAST, ""))


def summary(decisions: Sequence[Decision]) -> str:
    """Return verdicts in a few words."""
    first = f"{decisions[0].image_id}: {phrase(decisions[0])}"
    return first if len(decisions) == 1 else f"{len(decisions)} images: {phrase(decisions[0])}"


def phrase(decision: Decision) -> str:
    """Return a verdict in words."""
    named = " / ".join(decision.new_labels)
    return f"{decision.decision} {named}".strip() if named else f"{decision.decision} ({decision.label})"


def _linked(sitting: Sitting) -> tuple[int, None, bool] | None:
    """Return the image in the address; it is looked at because somebody chose it, not because it was drawn."""
    image_id = st.query_params.get("image", "")
    row = sitting.bench.row_of.get(image_id)
    if row is None or image_id in passed():
        return None
    if not (sitting.bench.audit.rows.root / image_id).exists():
        pass_over(image_id, f"{image_id} is gone from the disk and was passed over: put it back, or audit again.")
        return None
    return row, None, False


def _models_say(look: Look) -> str:
    consensus, classes = look.sitting.bench.audit.consensus, look.sitting.bench.review.classes
    return f"; the models say {classes[consensus.suggested[look.row]]} ({consensus.confidence[look.row]:.0%})"


def _look(sitting: Sitting, row: int, place: int | None, drawn: bool) -> Look:
    bench = sitting.bench
    with bench.lock, bench.review.reading() as state:
        own = state.verdicts(str(bench.audit.rows.image_ids[row])).get(sitting.reviewer)
    return Look(sitting, row, place, drawn, own.id if own else "")
