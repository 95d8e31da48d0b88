"""Which verdicts moved an image in the learned order, in a sentence: "like 3 images you called none of these"."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.decisions.state import State
from curation.decisions.verdicts import RELABEL, VERDICTS
from curation.review.bench import Bench
from curation.scoring.learned.likeness import alike
from curation.scoring.learned.order import LearnedOrder
from models.arrays import Doubles, IntArray

ALIKE = 0.6  # in [0, 1]: one pair of images in fifty is so alike
_COUNTS = 0.05  # nats of log-odds that a verdict moves a label at least, to be counted
_MATTERS = 0.5  # nats that all of them move it at least, to be spoken of: as from 50 % to 62 %


@dataclass(frozen=True)
class Influence:
    """Equal verdicts on images that are like another image."""

    rows: tuple[int, ...]  # of the judged images, the strongest first
    verdict: str  # of VERDICTS
    label: str  # class that they were relabelled to; empty for other verdicts
    nats: float  # how far they move its log-odds of needing a correction: above 0 it is looked at sooner
    reviewers: frozenset[str]


def influences(bench: Bench, row: int) -> list[Influence]:
    """Return the verdicts that moved an image, by kind, the strongest first.

    None where the learned order is not believed (see `LearnedOrder.believed`), or where they hardly moved it. Verdicts
    that pull the other way than all of them together are left out.

    Args:
        bench: of the review.
        row: of the image.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    learned = bench.learning.latest()
    if not learned.believed:
        return []
    rows, nats = _pulls(learned, row)
    if abs(nats.sum()) < _MATTERS:
        return []
    with bench.ledger.reading() as state:
        alike_verdicts = _by_verdict(bench, state, rows, nats)
    given = bench.ledger.classes[learned.traits.labels[row]]
    strong = [
        pull
        for pull in alike_verdicts
        if pull.nats * np.sign(nats.sum()) >= _MATTERS and pull.label != given  # that is no reason against the label
    ]
    return sorted(strong, key=lambda pull: -abs(pull.nats))


def moved(bench: Bench, row: int, reviewer: str = "") -> str:
    """Return why verdicts moved an image: "like 3 images you called none of these"; empty where they hardly did.

    Args:
        bench: of the review.
        row: of the image.
        reviewer: who reads it; others are told what was done, not that they did it.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    return sentence(influences(bench, row), reviewer)


def sentence(pulls: Sequence[Influence], reviewer: str = "") -> str:
    """Return the two strongest influences in words, for a reviewer."""
    return ", ".join(phrase(pull, reviewer) for pull in pulls[:2])


def phrase(pull: Influence, reviewer: str) -> str:
    """Return an influence in words: `like 3 images you called none of these`."""
    count = "an image" if len(pull.rows) == 1 else f"{len(pull.rows):,} images"
    who = "you " if pull.reviewers == {reviewer} else ""
    return f"like {count} {who}{VERDICTS[pull.verdict].past} {pull.label}".strip()


def _pulls(learned: LearnedOrder, row: int) -> tuple[IntArray, Doubles]:
    """Return the judged images that look like an image and move it, and how far in nats, shape (n,) each."""
    rows, nats = learned.lesson.answers.rows, learned.lesson.moves(row)
    looks = alike(learned.traits, np.array([row]), rows)[0]
    chosen = (rows != row) & (looks >= ALIKE) & (np.abs(nats) >= _COUNTS)
    return rows[chosen], nats[chosen]


def _by_verdict(bench: Bench, state: State, rows: IntArray, nats: Doubles) -> list[Influence]:
    """Return the pulls of judged images, shape (n,), by their verdict; of those judged anew since, none."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    reviewers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for place in np.argsort(-np.abs(nats), kind="stable").tolist():
        verdict = state.verdict(str(bench.audit.rows.image_ids[rows[place]]))
        if verdict is None or not verdict.is_answer:
            continue
        if bool(VERDICTS[verdict.decision].correction) == (nats[place] > 0):
            said = verdict.decision, verdict.new_labels[0] if verdict.decision == RELABEL else ""
            places[said].append(place)
            reviewers[said].add(verdict.reviewer)
    return [
        Influence(tuple(rows[chosen].tolist()), *said, float(nats[chosen].sum()), frozenset(reviewers[said]))
        for said, chosen in places.items()
    ]
