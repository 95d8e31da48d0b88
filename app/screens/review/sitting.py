"""One reviewer's sitting: what was chosen, and the image that is shown."""

import time
from dataclasses import dataclass

import streamlit as st

from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.review.bench import DISPUTED, Bench
from curation.review.drawn_looks import Queue
from models.arrays import BoolArray

_SHOWN, _SAID, _PASSED = "review.shown", "review.said", "review.passed"
_REVEALED = "review.revealed"


@dataclass(frozen=True)
class Sitting:
    """What a reviewer chose to look at, and how."""

    bench: Bench
    reviewer: str
    split: str  # or ALL
    order: str  # of ORDERS
    pair: tuple[int, int] | None  # given and suggested class
    blind: bool
    share: float  # of the images that others judged already, those to look at all the same; in [0, 1]

    @property
    def queue(self) -> Queue:
        """The whole queue, whoever judged what."""
        return self.bench.queue(self.split, self.order, self.pair)

    @property
    def name(self) -> str:
        """The queue's name in the log."""
        classes = self.bench.ledger.classes
        which = f"{classes[self.pair[0]]} → {classes[self.pair[1]]}" if self.pair else self.order
        return f"{self.split}: {which}"

    @property
    def settles(self) -> bool:
        """Whether its verdicts settle what others disagree about."""
        return self.order == DISPUTED

    def done(self) -> BoolArray:
        """Return which images are behind this reviewer, shape (N,)."""
        found = self.bench.tally()
        if self.settles:
            return ~found.disputed
        return found.done(self.reviewer, self.bench.shared(self.share))

    def open(self) -> BoolArray:
        """Return which places of the queue are still to be looked at, shape (M,)."""
        done = self.done()
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
    before: str = ""  # id of the verdict in force, when it was shown, that this one takes the place of

    @property
    def image_id(self) -> str:
        """Its name."""
        return str(self.sitting.bench.audit.rows.image_ids[self.row])

    @property
    def blind(self) -> bool:
        """Whether the reviewer does not know what the models say: it is hidden, and was in all of this visit."""
        told = self.sitting.pair is not None or self.image_id in st.session_state.get(_REVEALED, [])
        return self.sitting.blind and not told  # who chose the pair knows the suggestion

    @property
    def label(self) -> int:
        """The given class."""
        return int(self.sitting.bench.audit.rows.labels[self.row])

    @property
    def suspicious(self) -> bool:
        """Whether the models say another class than the given one."""
        return int(self.sitting.bench.audit.consensus.suggested[self.row]) != self.label

    @property
    def other(self) -> int:
        """The class held against the given one: what the models say, or their second choice where they agree."""
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
    if not look.sitting.blind:
        reveal(look.image_id)


def reveal(*image_ids: str) -> None:
    """Note that the reviewer knows what the models say of these images: no verdict on them is blind any more."""
    known = st.session_state.get(_REVEALED, [])
    st.session_state[_REVEALED] = [*known, *(one for one in image_ids if one not in known)]


def looked_at() -> tuple[str, float]:
    """Return the image that is shown, empty where none is, and for how many seconds it has been."""
    image_id, since = st.session_state.get(_SHOWN, ("", 0.0))
    return str(image_id), time.time() - float(since)


def look_anew() -> None:
    """Forget which image is shown: no key means it any more, and its time starts when it is shown again."""
    st.session_state.pop(_SHOWN, None)


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


def standing(state: State, sitting: Sitting, image_id: str) -> Decision | None:
    """Return the verdict that the next one of this sitting takes the place of."""
    return state.adjudication(image_id) if sitting.settles else state.verdicts(image_id).get(sitting.reviewer)


def _linked(sitting: Sitting) -> tuple[int, None, bool] | None:
    """Return the image in the address, if it belongs here; somebody chose it, so that it counts as not drawn."""
    image_id = st.query_params.get("image", "")
    row = sitting.bench.row_of.get(image_id)
    if row is None or image_id in passed() or (sitting.settles and sitting.done()[row]):
        return None
    if not (sitting.bench.audit.rows.root / image_id).exists():
        pass_over(image_id, f"{image_id} is gone from the disk and was passed over: put it back, or audit again.")
        return None
    return row, None, False


def _look(sitting: Sitting, row: int, place: int | None, drawn: bool) -> Look:
    bench = sitting.bench
    with bench.lock, bench.ledger.reading() as state:
        own = standing(state, sitting, str(bench.audit.rows.image_ids[row]))
    return Look(sitting, row, place, drawn, own.id if own else "")
