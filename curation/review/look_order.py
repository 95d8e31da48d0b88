"""In which order the images of a data set were looked at."""

from collections.abc import Mapping

import numpy as np

from curation.decisions.decision import Decision, in_order
from curation.decisions.ledger import Review
from models.arrays import IntArray


def look_order(review: Review, row_of: Mapping[str, int]) -> IntArray:
    """Return the rows of the images with a verdict in force, the one looked at first in front, each once.

    Args:
        review: of the data set.
        row_of: image_id -> row.

    Raises:
        ErrataError: the log cannot be read.
    """
    entries = in_order(entry for _, entry in review.log.read().entries)
    with review.reading() as state:
        judged = set(state.images())
        images = (state.image_of(one) for one in entries if isinstance(one, Decision) and not state.undone(one.id))
        rows = dict.fromkeys(row_of[image] for image in images if image in judged)
    return np.array(list(rows), np.int64)
