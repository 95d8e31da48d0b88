"""The ranked labels of an audit as a table."""

import numpy as np

from curation.datasets.rows import SPLITS
from curation.results.audit import Audit
from curation.scoring.scores import ranks
from models.errors import ErrataError, unknown

COLUMNS = ("image_id", "split", "label", "suggested_label", "label_quality", "rank")


def checked_split(audit: Audit, split: str) -> str:
    """Return the split.

    Raises:
        ErrataError: an unknown split, or one without images in this data set.
    """
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    if split not in audit.rows.splits:
        have = ", ".join(sorted(set(audit.rows.splits.tolist())))
        raise ErrataError(f"data set {audit.name!r} has no {split} images; its splits: {have}")
    return split


def issue_rows(audit: Audit, split: str = "") -> list[tuple[str, str, str, str, str, int]]:
    """Return the table of a split, of all splits by default, most suspicious first; `rank` counts within each split.

    `suggested_label` is empty where the architectures agree with the given label.

    Raises:
        ErrataError: an unknown split, or one without images.
    """
    rows, ranking = audit.rows, audit.consensus
    if split:
        checked_split(audit, split)
    places = np.zeros(len(rows), np.int64)
    for name in set(rows.splits.tolist()):
        places += ranks(ranking.label_quality, rows.splits == name)
    return [
        (
            str(rows.image_ids[row]),
            str(rows.splits[row]),
            rows.classes[rows.labels[row]],
            rows.classes[ranking.suggested[row]] if ranking.suggested[row] != rows.labels[row] else "",
            f"{ranking.label_quality[row]:.4f}",
            int(places[row]),
        )
        for row in audit.suspects(split or None)
    ]
