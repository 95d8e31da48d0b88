"""Where a page of FiftyOne stands in the queue that its view is, and what comes next."""

from typing import Any

import fiftyone.operators as foo

from curation.database.names import TO_REVIEW
from curation.in_fiftyone.coming import next_samples, samples_again
from curation.in_fiftyone.desk import FiftyOneDesk, VerdictResult
from curation.in_fiftyone.desks import desk_of
from curation.review.bench import Place
from curation.review.looks import ALIKE, at_once, named_queue
from curation.review.walk import Walk
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def queue_and_place(ctx: Any, desk: FiftyOneDesk) -> tuple[str, Place | None]:
    """Return the queue's name in the log, and the place of the open image in it.

    There is no place in views that are no queues, in filtered ones, and for an image that the reviewer picked in a
    queue that learns.
    """
    view, row = str(ctx.request_params.get("view_name") or ""), open_row(ctx, desk)
    if row is None and ctx.params.get("like"):  # see `alike`
        return at_once(f"FiftyOne: like {ctx.params['like']}", ALIKE), None
    queue, walk = f"FiftyOne: {view or 'no saved view'}", _walk(ctx, desk)
    if row is None or not view.startswith(TO_REVIEW) or ctx.request_params.get("filters"):
        return queue, None
    if walk is None:
        return queue, desk.bench.place_of_look(row, bool(ctx.params.get("walked")))
    proposal = walk.proposal(row, bool(ctx.params.get("walked", True)))  # a button of the panel does not say
    if proposal is None:
        return queue, None
    name = queue if proposal.answers is None else named_queue(queue, proposal.answers)
    return name, walk.place(proposal)


def open_row(ctx: Any, desk: FiftyOneDesk) -> int | None:
    """Return the row of the open image; None where none is open."""
    shown = ctx.current_sample or ctx.params.get("sample_id") or ""
    return desk.bench.row_of.get(desk.image(shown) or "")


def _walk(ctx: Any, desk: FiftyOneDesk) -> Walk | None:
    """Return the walk through the queue that the view is; None in views whose order does not learn, or is filtered."""
    return None if ctx.request_params.get("filters") else desk.walk(str(ctx.request_params.get("view_name") or ""))


def what_comes_next(ctx: Any, desk: FiftyOneDesk, kind: str, result: VerdictResult) -> dict[str, Any]:
    """Return which samples come next in a queue that learns, and whether the first is to be opened."""
    walk, row = _walk(ctx, desk), open_row(ctx, desk)
    if walk is None or row is None:
        return {}
    if kind == "verdict":
        coming, opens = next_samples(desk, walk, row, opened=True), True
    elif len(result.decisions) == 1:
        coming, opens = samples_again(desk, walk, result.decisions[0], kind, row)
    else:
        coming, opens = next_samples(desk, walk, row, opened=False), False
    return {"coming": coming, "opens": opens}


class Coming(foo.Operator):  # type: ignore[misc]
    """Which images come after the open one in a queue that learns; index.js fetches their files."""

    @property
    def config(self) -> Any:
        """Its name; it is in no menu."""
        return foo.OperatorConfig(name="coming", label="Coming", unlisted=True)

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Return them; without an open image only learn what the verdicts so far say, beside."""
        try:
            desk = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
            if not ctx.params.get("sample_id"):
                desk.order.follow()
                return {}
            walk, row = _walk(ctx, desk), open_row(ctx, desk)
            if walk is None or row is None:
                return {}
            walk.proposal(row, bool(ctx.params.get("walked")))
            return {"coming": next_samples(desk, walk, row, opened=False)}
        except ErrataError:  # the verdict says what is the matter
            return {}
