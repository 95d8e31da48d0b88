"""The verdicts on the images of an audit, for the lists of all screens."""

from app.panels.bench import bench
from app.state import workspace
from curation.results.audit import Audit
from curation.review.judged import NOBODY, Judged, judged_images


def judged(audit: Audit) -> Judged:
    """Return the verdicts in force on the images of an audit, as the decision log has them now.

    Raises:
        ErrataError: the log cannot be read.
    """
    opened = bench(workspace(), audit.name)
    if opened is None:
        return NOBODY
    with opened.ledger.reading() as state:
        return judged_images(state)
