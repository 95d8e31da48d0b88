"""The images most like one that was just judged, each with the probability that the same verdict fits it."""

from dataclasses import dataclass

import numpy as np

from curation.decisions.decision import Decision
from curation.decisions.verdicts import KEEP, RELABEL, VERDICTS
from curation.review.bench import Bench
from curation.scoring.learned.likeness import alike, sameness
from curation.scoring.learned.order import LearnedOrder
from curation.scoring.learned.traits import CORRECTIONS, Traits
from models.arrays import BoolArray, Doubles, IntArray

LIKELY = 0.5  # probability from which on the same verdict is proposed
_COPY = 0.9  # probability, at least, that a verdict on a picture fits its copies


@dataclass(frozen=True)
class Alike:
    """An image that nobody judged and that is like a judged one."""

    row: int
    probability: float  # that the same verdict fits, in [0, 1]
    kind: str  # what is likeliest, of CORRECTIONS; empty: the given label is right


def alike_to(
    bench: Bench, row: int, count: int = 12, reviewer: str = "", among: BoolArray | None = None
) -> list[Alike]:
    """Return the images most like a judged one that nobody looked at yet, the most alike first.

    Copies come first. Without embeddings, images are alike that show the same confusion of classes.

    Args:
        bench: of the review.
        row: of the judged image.
        count: how many to return, at most.
        reviewer: whose verdict it is; by default the verdict that all agree on.
        among: which images to choose from, shape (N,); by default all.

    Returns:
        Nothing for an image without a settled verdict.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    verdict = verdict_on(bench, row, reviewer)
    if verdict is None or not verdict.is_answer:
        return []
    learned, open_images = bench.learning.now(), ~bench.tally().seen
    open_images[row] = False
    rows = np.flatnonzero(open_images if among is None else open_images & among)
    rows = rows[_may_share(verdict, learned.traits.labels[rows], int(learned.traits.labels[row]), bench.ledger.classes)]
    copies = _copies(bench, row, rows)
    nearness = _nearness(learned.traits, row, rows, verdict)
    chosen = np.lexsort((learned.traits.place[rows], -nearness, ~copies))[:count]
    chosen = chosen[(nearness > 0)[chosen] | copies[chosen]]
    probability, kinds = _chances(learned, rows[chosen], verdict, bench.ledger.classes)
    probability[copies[chosen]] = np.maximum(probability[copies[chosen]], _COPY)
    return [Alike(*values) for values in zip(rows[chosen].tolist(), probability.tolist(), kinds, strict=True)]


def verdict_on(bench: Bench, row: int, reviewer: str = "") -> Decision | None:
    """Return the verdict of a reviewer on an image, or the one that all agree on; None where there is none.

    Raises:
        ErrataError: the log cannot be read.
    """
    image_id = str(bench.audit.rows.image_ids[row])
    with bench.ledger.reading() as state:
        return state.verdicts(image_id).get(reviewer) if reviewer else state.verdict(image_id)


def _may_share(verdict: Decision, labels: IntArray, given: int, classes: tuple[str, ...]) -> BoolArray:
    """Return for which given labels, shape (M,), the same verdict makes sense."""
    named = [classes.index(name) for name in verdict.new_labels]
    if verdict.decision == RELABEL:
        return np.asarray(labels != named[0])
    if named:
        return np.isin(labels, [given, *named])
    return np.ones(len(labels), bool)


def _copies(bench: Bench, row: int, rows: IntArray) -> BoolArray:
    groups = bench.audit.duplicates.groups
    return np.asarray(groups[rows] == groups[row])


def _nearness(traits: Traits, row: int, rows: IntArray, verdict: Decision) -> Doubles:
    """Return how like an image others are, shape (M,): by look and classes; for a picture of no class by look alone."""
    judged = np.array([row])
    if not traits.sight.shape[1]:
        same = (traits.labels[rows] == traits.labels[row]) & (traits.suggested[rows] == traits.suggested[row])
        return np.asarray(same, np.float64)
    if VERDICTS[verdict.decision].removes_label:
        return np.asarray(alike(traits, judged, rows)[0], np.float64)
    return np.asarray(sameness(traits, judged, rows)[0])


def _chances(
    learned: LearnedOrder, rows: IntArray, verdict: Decision, classes: tuple[str, ...]
) -> tuple[Doubles, list[str]]:
    """Return the probability that the verdict fits each image, shape (M,), and what is likeliest for each."""
    kinds = learned.kinds_of(rows)
    every = np.concatenate([1 - kinds.sum(1, keepdims=True), kinds], 1)
    likeliest = [("", *CORRECTIONS)[place] for place in every.argmax(1).tolist()]
    if verdict.decision == KEEP:
        return np.asarray(every[:, 0]), likeliest
    fits = kinds[:, CORRECTIONS.index(VERDICTS[verdict.decision].correction)]
    if verdict.decision == RELABEL:
        probs, place = learned.probs(rows).astype(np.float64), np.arange(len(rows))
        probs[place, learned.traits.labels[rows]] = 0
        fits = fits * probs[:, classes.index(verdict.new_labels[0])] / np.maximum(probs.sum(1), 1e-9)
    return np.array(fits), likeliest
