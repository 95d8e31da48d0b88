"""The saved views of a review in FiftyOne, and the fields that put the images to review in order."""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from curation.database import names
from curation.database.samples import read_samples, write_samples
from curation.database.views import View
from curation.datasets.rows import SPLITS
from curation.decisions.ledger import Ledger
from curation.decisions.verdicts import VERDICTS
from curation.results.audit import Audit
from curation.review.bench import AHEAD, Bench
from curation.review.walk import next_looks
from models.arrays import IntArray

_EMPTY = "one in ten drawn at random; empty where somebody had judged it when the session began"
ORDER_FIELDS = {
    names.REVIEW_ORDER: (
        "whole",
        f"place in the queue of its split, which learns from verdicts, 1 = first; {_EMPTY}",
    ),
    names.FIXED_ORDER: (
        "whole",
        f"place in the fixed queue of its split, 1 = first: the most suspicious first, {_EMPTY}",
    ),
}


def review_views(splits: Collection[str]) -> tuple[View, ...]:
    """Return the views of a review; queues keep their images during a session, so that no image is skipped."""
    return (
        *_queues(splits, fixed=False),
        *_queues(splits, fixed=True),
        View(
            names.NOT_JUDGED_VIEW,
            "images that nobody has judged, most suspicious first",
            empty=names.REVIEWER,
            sort_by=names.LABEL_QUALITY,
        ),
        View(
            names.REVIEWED_VIEW,
            "images that somebody has judged, last first",
            filled=names.REVIEWER,
            last_first=names.REVIEWED_AT,
        ),
        View(
            names.REVIEWERS_DISAGREE_VIEW,
            "images that reviewers judged differently, and nobody settled it",
            where={names.REVIEWERS_DISAGREE: True},
        ),
        View(
            names.CHANGED_LABELS_VIEW,
            "images whose label was corrected",
            differ=(names.GIVEN, names.CURATED),
            sort_by=names.LABEL_QUALITY,
        ),
        *(
            View(
                names.verdict_view(verdict.name),
                f"images with the verdict: {verdict.button.lower()}, last first",
                {names.DECISION: verdict.name},
                last_first=names.REVIEWED_AT,
            )
            for verdict in VERDICTS.values()
        ),
    )


def _queues(splits: Collection[str], fixed: bool) -> list[View]:
    """Return the views of the queues of all splits together, and of each split."""
    order = names.FIXED_ORDER if fixed else names.REVIEW_ORDER
    first = "most suspicious first, verdicts change nothing" if fixed else "in the order that learns from verdicts"
    content = f"what nobody has judged yet, {first}, with images drawn at random among them"
    return [
        View(names.to_review_view(None, fixed), f"{content}, all splits", filled=order, sort_by=order),
        *(
            View(
                names.to_review_view(split, fixed),
                f"{content}: {split}",
                {names.SPLIT: split},
                filled=order,
                sort_by=order,
            )
            for split in splits
        ),
    ]


def walked_splits(view: str, splits: Collection[str]) -> tuple[str, ...]:
    """Return the splits that a view walks in the order that learns; none for any other view."""
    present = present_splits(splits)
    queues = {names.to_review_view(): present, **{names.to_review_view(split): (split,) for split in present}}
    return queues.get(view, ())


def write_queue(dataset: Any, audit: Audit, ledger: Ledger) -> None:
    """Put the images without a verdict in the order of the app's review; take all others out of the queues.

    Args:
        dataset: of the audit, with the fields ORDER_FIELDS.
        audit: of the data set.
        ledger: of the data set.

    Raises:
        ErrataError: the database does not answer, or the log cannot be read.
    """
    bench = Bench(audit, ledger)
    (fixed, _), seen = bench.places, bench.tally().seen
    learned = learned_places(bench)
    changed = {}
    for sample_id, sample in read_samples(dataset, (names.IMAGE_ID, *ORDER_FIELDS)).items():
        row = bench.row_of.get(sample[names.IMAGE_ID])
        if row is None:
            continue
        places: dict[str, int | None] = {names.REVIEW_ORDER: int(learned[row]), names.FIXED_ORDER: int(fixed[row])}
        wanted = dict.fromkeys(ORDER_FIELDS) if seen[row] else places
        if any(sample[name] != place for name, place in wanted.items()):
            changed[sample_id] = wanted
    write_samples(dataset, changed, noted=False)


def learned_places(bench: Bench) -> IntArray:
    """Return the place of each image in the learned queue of its split, shape (N,), 1 = first.

    Only the images that come next have one; all others have their places in the fixed queue, behind those.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    fixed, n = bench.places[0], len(bench.row_of)
    if not bench.tally().seen.any():  # both orders are the same: no need to read embeddings
        return np.where(fixed <= AHEAD, fixed, fixed + n)
    places = fixed + n
    for proposal in next_looks(bench, present_splits(bench.audit.rows.splits.tolist())):
        places[proposal.row] = proposal.rank
    return places


def present_splits(splits: Iterable[str]) -> tuple[str, ...]:
    """Return the splits that occur, each once, in their usual order."""
    known = set(splits)
    return tuple(split for split in SPLITS if split in known)
