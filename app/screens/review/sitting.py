"""One reviewer's sitting: the reviewer's choices, and the images to look at next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from app.screens.review.visit import (
    is_revealed,
    pass_over,
    passed_over,
    promise,
    promised,
    step_back,
    steps_back,
    trail,
    walk,
)
from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.review.bench import DISPUTED, SELECTION, Bench
from curation.review.drawn_looks import Queue
from curation.review.looks import learned_from, named_queue
from curation.review.moved import Influence, influences
from curation.review.queue import LEARNED, SUSPICION
from curation.review.suggestion import Suggestion, suggestion
from models.arrays import BoolArray


@dataclass(frozen=True)
class Sitting:
    """What a reviewer chose to look at, and how."""

    bench: Bench
    reviewer: str
    split: str  # or ALL
    order: str  # of the queue, as `Bench.queue` takes it
    pair: tuple[int, int] | None  # given and suggested class
    blind: bool
    share: float  # of the images that others judged already, those to judge again; in [0, 1]

    @property
    def queue(self) -> Queue:
        """The whole queue, with the images that are judged already; of an order that learns, the next images."""
        if self.order == LEARNED:
            return self.bench.learned_queue(self.split, self.left_out())
        return self.bench.queue(self.split, self.order, self.pair)

    def name(self, answers: int | None = None) -> str:
        """Return the queue's name in the log.

        Args:
            answers: verdicts that its order was learned from; None where it does not learn.
        """
        classes = self.bench.ledger.classes
        order = SUSPICION if self.order == LEARNED else self.order
        name = f"{self.split}: {f'{classes[self.pair[0]]} → {classes[self.pair[1]]}' if self.pair else order}"
        return name if answers is None else named_queue(name, answers)

    @property
    def settings(self) -> list[str | float | int]:
        """What was chosen, as plain values."""
        return [self.bench.audit.name, self.reviewer, self.split, self.order, *(self.pair or ()), self.share]

    @property
    def picked(self) -> bool:
        """Whether a person picked its images: those of a selection."""
        return bool(self.selection)

    @property
    def selection(self) -> str:
        """The name of the selection that is its queue; empty where it is another queue."""
        return self.order.removeprefix(SELECTION) if self.order.startswith(SELECTION) else ""

    @property
    def settles(self) -> bool:
        """Whether its verdicts settle disputes between reviewers."""
        return self.order == DISPUTED

    def done(self) -> BoolArray:
        """Return which images this reviewer does not have to look at, shape (N,)."""
        tally = self.bench.tally()
        if self.settles:
            return ~tally.disputed
        return tally.done(self.reviewer, self.bench.shared(self.share))

    def open(self, queue: Queue) -> BoolArray:
        """Return which places of a queue are still to be looked at, shape (M,)."""
        return ~self.left_out()[queue.rows]

    def left_out(self) -> BoolArray:
        """Return which images are not shown in this visit, shape (N,): done, or passed over."""
        left_out = self.done()
        for image_id in passed_over():
            if image_id in self.bench.row_of:
                left_out[self.bench.row_of[image_id]] = True
        return left_out

    def image_id(self, row: int) -> str:
        """Return the name of an image."""
        return str(self.bench.audit.rows.image_ids[row])


@dataclass(frozen=True)
class ShownImage:
    """An image as it is shown to a reviewer. Verdicts count only for the image on the screen."""

    sitting: Sitting
    row: int
    place: int | None  # in the queue, 0 = first; None: chosen by its address
    drawn: bool  # it is in the queue because it was drawn at random
    answers: int | None = None  # verdicts that the order was learned from; None: it does not learn
    replaces: str = ""  # id of the verdict that was in force when the image was shown; the next one replaces it

    @property
    def image_id(self) -> str:
        """Its name."""
        return self.sitting.image_id(self.row)

    @property
    def blind(self) -> bool:
        """Whether the reviewer does not know what the models say: it is hidden, and was during the whole visit."""
        known = self.sitting.pair is not None or is_revealed(self.image_id)  # the chosen pair names the suggestion
        return self.sitting.blind and not known

    @property
    def label(self) -> int:
        """The given class."""
        return int(self.sitting.bench.audit.rows.labels[self.row])

    @cached_property
    def suggestion(self) -> Suggestion:
        """What it shows if its label is wrong; verdicts take part in an order that learns."""
        return suggestion(self.sitting.bench, self.row, self.sitting.order == LEARNED)

    @property
    def other(self) -> int:
        """The class that contradicts the given one: what is suggested, or the second choice where that is the given."""
        return self.suggestion.other

    @cached_property
    def influences(self) -> list[Influence]:
        """The verdicts that moved it; none in an order that does not learn, or in a blind sitting."""
        tells = self.sitting.order == LEARNED and not self.sitting.blind
        return influences(self.sitting.bench, self.row) if tells else []


def next_images(sitting: Sitting, count: int) -> list[ShownImage]:
    """Return the images to look at next, the one in the address first; missing files are passed over.

    Whoever goes back sees the images of the way again, as they were proposed, and then goes on where the way ended.
    Images that are on the page already come first, even where the order has changed meanwhile: the image that is looked
    at stays, and the next key is answered as fast as in a fixed order.
    """
    if before := _looked_back(sitting):
        return [*before, *([] if len(before) >= count else _ahead(sitting, count - len(before)))][:count]
    images = _ahead(sitting, count)
    if images and [images[0].row] != [proposal[0] for proposal in _way(sitting)[-1:]]:
        walk([sitting.settings, *_proposal(images[0])])
    return images


def go_back(sitting: Sitting) -> None:
    """Look at the image before; the first one of the visit stays."""
    if can_go_back(sitting):
        step_back(steps_back() + 1)


def go_on() -> bool:
    """Look at the image after, where one before was looked at; return whether it was."""
    before = steps_back()
    step_back(before - 1)
    return before > 0


def can_go_back(sitting: Sitting) -> bool:
    """Return whether there is an image before."""
    return len(_way(sitting)) > steps_back() + 1


def _way(sitting: Sitting) -> list[list[Any]]:
    """Return the images of this sitting in the order they were come to, as they were proposed."""
    return [proposal for settings, *proposal in trail() if settings == sitting.settings]


def _looked_back(sitting: Sitting) -> list[ShownImage]:
    """Return the images before that are looked at, the earliest first; none where nobody went back."""
    way, steps = _way(sitting), steps_back()
    if not 0 < steps < len(way):
        step_back(0)
        return []
    return [_shown(sitting, *proposal) for proposal in way[-1 - steps : -1] if _exists(sitting, proposal[0])]


def _ahead(sitting: Sitting, count: int) -> list[ShownImage]:
    """Return the images to look at next where nobody went back."""
    linked = _linked_row(sitting)
    images = [] if linked is None else [_shown(sitting, linked)]  # somebody chose it, so it counts as not drawn
    images += [image for image in _promised(sitting) if image.row != linked]
    queue = sitting.queue
    for place in sitting.open(queue).nonzero()[0].tolist():
        if len(images) >= count:
            break
        row = int(queue.rows[place])
        drawn = bool(queue.drawn[place])
        if all(row != image.row for image in images) and _exists(sitting, row):
            if queue.answers is not None:  # images on the page come first, wherever the order has them by now
                place = sum(image.place is not None for image in images)
            images.append(_shown(sitting, row, queue.start + place, drawn, queue.answers))
    _promise(sitting, images)
    return images[:count]


def show_again(sitting: Sitting, decision: Decision) -> None:
    """Let the image of a verdict that was taken back come next, as it was proposed."""
    row, answers = sitting.bench.row_of.get(decision.image_id), learned_from(decision.queue)
    if row is not None and answers is not None and decision.rank is not None:
        again = ShownImage(sitting, row, decision.rank - 1, decision.drawn, answers)
        _promise(sitting, [again, *_promised(sitting)])


def _promise(sitting: Sitting, images: Sequence[ShownImage]) -> None:
    """Keep the images on the page, and their order; only where the order learns could others come before them."""
    proposals = [_proposal(image) for image in images if image.answers is not None]
    promise([sitting.settings, *proposals] if proposals else [])


def _proposal(image: ShownImage) -> list[Any]:
    """Return how an image was proposed, as plain values that `_shown` takes."""
    return [image.row, image.place, image.drawn, image.answers]


def _promised(sitting: Sitting) -> list[ShownImage]:
    """Return the images on the page that this sitting still has to look at, as they were proposed."""
    settings, *proposals = promised() or [None]
    if settings != sitting.settings:
        return []
    left_out = sitting.left_out()
    waiting = [proposal for proposal in proposals if not left_out[proposal[0]] and _exists(sitting, proposal[0])]
    return [_shown(sitting, *proposal) for proposal in waiting]


def verdict_in_force(state: State, sitting: Sitting, image_id: str) -> Decision | None:
    """Return the verdict that the next one of this sitting replaces."""
    return state.adjudication(image_id) if sitting.settles else state.verdicts(image_id).get(sitting.reviewer)


def _linked_row(sitting: Sitting) -> int | None:
    """Return the row of the image in the address; None where it has no place in this sitting."""
    image_id = st.query_params.get("image", "")
    row = sitting.bench.row_of.get(image_id)
    if row is None or image_id in passed_over() or (sitting.settles and sitting.done()[row]):
        return None
    return row if _exists(sitting, row) else None


def _exists(sitting: Sitting, row: int) -> bool:
    """Return whether the file of an image exists; where it does not, pass over the image."""
    image_id = sitting.image_id(row)
    if (sitting.bench.audit.rows.root / image_id).exists():
        return True
    pass_over(image_id, f"The file of {image_id} is gone, and the image was passed over: put it back, or audit again.")
    return False


def _shown(
    sitting: Sitting, row: int, place: int | None = None, drawn: bool = False, answers: int | None = None
) -> ShownImage:
    with sitting.bench.lock, sitting.bench.ledger.reading() as state:
        verdict = verdict_in_force(state, sitting, sitting.image_id(row))
    return ShownImage(sitting, row, place, drawn, answers, verdict.id if verdict else "")
