"""The looks of a review as a learner takes them: which image, in which order, and what the verdict says."""

import re
from collections.abc import Mapping

import numpy as np

from curation.decisions.decision import Decision, order
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from curation.scoring.learned.lesson import RIGHT
from curation.scoring.learned.order import UNSETTLED, Looks
from curation.scoring.learned.traits import CORRECTIONS
from curation.words import counted

GRID, ALIKE = "grid", "alike"  # ways to judge many images at once, in brackets at the end of a queue's name in the log
_BY_SUSPICION = (GRID,)  # of these ways: the others show images that a person picked
_LEARNED = re.compile(r" \(learned from ([\d,]+) verdicts?\)$")  # at the end of a queue's name in the log


def named_queue(name: str, answers: int) -> str:
    """Return how the log names a queue whose order was learned from so many verdicts."""
    return f"{name} (learned from {counted(answers, 'verdict')})"


def learned_from(queue: str) -> int | None:
    """Return from how many verdicts the order of a queue in the log was learned; None of an order that learns not."""
    match = _LEARNED.search(queue)
    return int(match[1].replace(",", "")) if match else None


def at_once(name: str, way: str) -> str:
    """Return how the log names a queue of which many images were judged at once, by GRID or ALIKE."""
    return f"{name} ({way})"


def came_by_suspicion(decision: Decision) -> bool:
    """Return whether an image that was not drawn was proposed because its label is suspicious, not picked."""
    return decision.rank is not None or any(decision.queue.endswith(f"({way})") for way in _BY_SUSPICION)


def is_selected(decision: Decision) -> bool:
    """Return whether a learned order proposed the image, which was not drawn."""
    return decision.rank is not None and not decision.drawn and learned_from(decision.queue) is not None


def looks_of(state: State, row_of: Mapping[str, int], classes: tuple[str, ...]) -> Looks:
    """Return the looks with a verdict in force, each image once, in the order of its first one.

    Args:
        state: of the decision log.
        row_of: image_id -> row.
        classes: of the data set, K.
    """
    images = state.images()
    first = {image: min([*state.verdicts(image).values(), *_settled(state, image)], key=order) for image in images}
    images.sort(key=lambda image: order(first[image]))
    rows = np.array([row_of[image] for image in images], np.int64)
    kinds, shown = np.full(len(images), UNSETTLED), np.zeros((len(images), len(classes)), np.float32)
    selected, drawn = np.zeros(len(images), bool), np.zeros(len(images), bool)
    place_of = {name: place for place, name in enumerate(classes)}
    for look, image in enumerate(images):
        decisions = state.verdicts(image).values()
        selected[look] = any(map(is_selected, decisions))
        drawn[look] = bool(decisions) and all(decision.drawn for decision in decisions)
        verdict = state.verdict(image)
        if verdict is None or not verdict.is_answer:
            continue
        correction = VERDICTS[verdict.decision].correction
        kinds[look] = CORRECTIONS.index(correction) if correction else RIGHT
        places = [place_of[name] for name in verdict.labels if name in place_of]
        shown[look, places] = 1 / max(len(places), 1)
    lines = np.array([first[image].sequence for image in images], np.int64)
    return Looks(rows, kinds, shown, selected, drawn, lines)


def _settled(state: State, image: str) -> list[Decision]:
    adjudication = state.adjudication(image)
    return [adjudication] if adjudication else []
