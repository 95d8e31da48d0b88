"""The next images of a queue that learns, as the page of FiftyOne opens them."""

from collections.abc import Sequence
from typing import Any

from curation.database.names import GIVEN, REVIEW_ORDER, SUGGESTED, label_of
from curation.database.samples import read_samples, write_samples
from curation.decisions.decision import Decision
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.review.walk import Walk

_FILE = "filepath"
_SHOWN = (_FILE, label_of(GIVEN), label_of(SUGGESTED), REVIEW_ORDER)
AHEAD = 1  # images that the page fetches before they are open: a verdict moves all after them


def next_samples(desk: FiftyOneDesk, walk: Walk, row: int, opened: bool) -> list[dict[str, Any]]:
    """Return the samples that follow an image: the next one, where it is opened, and those to be fetched.

    Args:
        desk: of the data set.
        walk: through the queue.
        row: of the image.
        opened: whether the first of them is opened now.

    Raises:
        ErrataError: the log, an embedding or the database cannot be read.
    """
    return page_samples(desk, [proposal.row for proposal in walk.coming(row, AHEAD + opened)])


def samples_again(
    desk: FiftyOneDesk, walk: Walk, decision: Decision, kind: str, row: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return the sample of a verdict that was taken back or brought back, those that follow, and whether to open it.

    Args:
        desk: of the data set.
        walk: through the queue.
        decision: taken back or brought back.
        kind: `undo` or `redo`.
        row: of the image that is open.

    Raises:
        ErrataError: the log, an embedding or the database cannot be read.
    """
    again = desk.bench.row_of[decision.image_id]
    if not walk.has(again):  # another split: it cannot be opened in this view
        return next_samples(desk, walk, row, opened=False), False
    if kind == "undo":
        walk.again(again, decision, before=row)
    return [*page_samples(desk, [again]), *next_samples(desk, walk, again, opened=False)], True


def page_samples(desk: FiftyOneDesk, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return samples as the page holds them, with what it shows before FiftyOne has drawn them.

    An image that was judged when the session began, and is not any more, comes back into the view.

    Raises:
        ErrataError: the database does not answer.
    """
    row_of = {sample_id: row for row in rows for sample_id in desk.samples_of([row])}
    samples = read_samples(desk.dataset, _SHOWN, list(row_of))
    places = desk.bench.places[0]
    out = {
        sample_id: {REVIEW_ORDER: int(places[row_of[sample_id]])}
        for sample_id, sample in samples.items()
        if sample[REVIEW_ORDER] is None
    }
    write_samples(desk.dataset, out, noted=False)
    return [_as_on_page(sample_id, samples[sample_id]) for sample_id in row_of if sample_id in samples]


def _as_on_page(sample_id: str, sample: dict[str, Any]) -> dict[str, Any]:
    labels = {name: {"label": sample[label_of(name)]} for name in (GIVEN, SUGGESTED) if sample[label_of(name)]}
    return {"_id": sample_id, _FILE: sample[_FILE], **labels}
