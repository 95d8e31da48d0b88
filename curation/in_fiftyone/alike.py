"""The images most like a judged one, as samples to select in FiftyOne's grid."""

from dataclasses import dataclass

import numpy as np

from curation.decisions.phrases import decisions_phrase
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.in_fiftyone.review_views import walked_splits
from curation.review.alike import LIKELY, alike_to
from curation.words import counted
from models.errors import ErrataError


@dataclass(frozen=True)
class AlikeResult:
    """The images most like a judged one."""

    sentence: str
    image_id: str  # that was judged
    sample_ids: tuple[str, ...]  # the most alike first
    ticked: tuple[str, ...]  # those that the same verdict probably fits


def alike_samples(desk: FiftyOneDesk, shown: str, view: str) -> AlikeResult:
    """Return the images most like the one that is open, or like the one that the reviewer judged last.

    Args:
        desk: of the data set.
        shown: id of the open sample, empty where none is; without a verdict of the reviewer it does not count.
        view: name of the saved view; in a queue, images of its splits are chosen.

    Raises:
        ErrataError: the reviewer judged nothing, nothing is like it, or the log or an embedding cannot be read.
    """
    with desk.bench.ledger.reading() as state:
        verdict = state.verdicts(desk.image(shown) or "").get(desk.reviewer)
        latest = state.undoable(desk.reviewer)
    if verdict is None and not latest:
        raise ErrataError("you judged no image yet; judge one, and those most like it can be selected")
    judged = verdict or latest[0]
    splits = desk.bench.audit.rows.splits
    among = np.isin(splits, walked_splits(view, splits.tolist()) or splits)
    looks = alike_to(desk.bench, desk.bench.row_of[judged.image_id], reviewer=desk.reviewer, among=among)
    looks = [look for look in looks if desk.can_be_shown(look.row)]
    if not looks:
        raise ErrataError(f"no image that nobody judged is like {judged.image_id}")
    chances = ", ".join(f"{look.probability:.0%}" for look in looks)
    return AlikeResult(
        f"{counted(len(looks), 'image')} like {decisions_phrase([judged])}; the same verdict fits with {chances}: "
        "press its key for those that are ticked",
        judged.image_id,
        tuple(desk.samples_of([look.row for look in looks])),
        tuple(desk.samples_of([look.row for look in looks if look.probability >= LIKELY])),
    )
