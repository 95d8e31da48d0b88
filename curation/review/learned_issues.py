"""The labels of an audit in the order that a review has learned, as a table."""

import numpy as np

from curation.results.issue_table import checked_split
from curation.review.bench import Bench
from curation.review.moved import moved
from curation.scoring.learned.traits import CORRECTIONS
from curation.scoring.scores import suggest

COLUMNS = ("image_id", "split", "label", "suggested_label", "correction", *CORRECTIONS, "rank", "reason")
_BLOCK = 16_384  # rows at a time


def learned_issue_rows(bench: Bench, split: str = "") -> list[tuple[str | int, ...]]:
    """Return the table of a split, of all splits by default, those with the most probable corrections first.

    `correction` is the probability that the label needs one; it is the sum of those of each kind, which come next.
    `suggested_label` is empty where the given label is the most probable one, `rank` counts within each split, and
    `reason` says which verdicts moved the image. Without a verdict the order is that of `issue_rows`.

    Args:
        bench: of the review.
        split: train, val or test.

    Raises:
        ErrataError: an unknown split, or one without images; or the log or an embedding cannot be read.
    """
    rows, learned = bench.audit.rows, bench.learning.now()
    if split:
        checked_split(bench.audit, split)
    order = learned.order[rows.splits[learned.order] == split] if split else learned.order
    places = np.zeros(len(rows), np.int64)
    for name in set(rows.splits.tolist()):
        chosen = learned.order[rows.splits[learned.order] == name]
        places[chosen] = np.arange(1, len(chosen) + 1)
    table: list[tuple[str | int, ...]] = []
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        suggested, _ = suggest(rows.labels[block], learned.probs(block))
        kinds = learned.kinds_of(block)
        for place, row in enumerate(block.tolist()):
            table.append(
                (
                    str(rows.image_ids[row]),
                    str(rows.splits[row]),
                    rows.classes[rows.labels[row]],
                    rows.classes[suggested[place]] if suggested[place] != rows.labels[row] else "",
                    f"{learned.correction[row]:.4f}",
                    *(f"{share:.4f}" for share in kinds[place].tolist()),
                    int(places[row]),
                    moved(bench, row),
                )
            )
    return table
