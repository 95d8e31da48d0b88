"""The saved views of a review in FiftyOne, and the field that puts the images to review in order."""

from collections.abc import Collection
from typing import Any

from curation.database import names
from curation.database.samples import read_samples, write_samples
from curation.database.views import View
from curation.decisions.ledger import Ledger
from curation.results.audit import Audit
from curation.review.bench import Bench

ORDER_FIELD = {
    names.REVIEW_ORDER: (
        "whole",
        "place in the queue of its split, 1 = first: the most suspicious first, one in ten drawn at random; "
        "empty where somebody had judged it when the session began",
    )
}


def review_views(splits: Collection[str]) -> tuple[View, ...]:
    """Return the views of a review; queues keep their images during a session, so that no image is skipped."""
    order = names.REVIEW_ORDER
    content = "what nobody has judged yet, most suspicious first, with images drawn at random among them"
    return (
        View(names.to_review_view(), f"{content}, all splits", filled=order, sort_by=order),
        *(
            View(names.to_review_view(split), f"{content}: {split}", {names.SPLIT: split}, filled=order, sort_by=order)
            for split in splits
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
    )


def write_queue(dataset: Any, audit: Audit, ledger: Ledger) -> None:
    """Put the images without a verdict in the order of the app's review; take all others out of the queue.

    Args:
        dataset: of the audit, with the field REVIEW_ORDER.
        audit: of the data set.
        ledger: of the data set.

    Raises:
        ErrataError: the database does not answer, or the log cannot be read.
    """
    bench = Bench(audit, ledger)
    (places, _), seen = bench.places, bench.tally().seen
    wanted = {image_id: None if seen[row] else int(places[row]) for image_id, row in bench.row_of.items()}
    samples = read_samples(dataset, (names.IMAGE_ID, names.REVIEW_ORDER))
    changed = {
        sample_id: {names.REVIEW_ORDER: wanted[sample[names.IMAGE_ID]]}
        for sample_id, sample in samples.items()
        if sample[names.IMAGE_ID] in wanted and sample[names.REVIEW_ORDER] != wanted[sample[names.IMAGE_ID]]
    }
    write_samples(dataset, changed, noted=False)
