"""The images most like a judged one: shown in the grid and ticked, so that one key judges all that stay ticked."""

from typing import Any

from curation.in_fiftyone.alike import alike_samples
from curation.in_fiftyone.desks import desk_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError

AFTER = "@errata/review/after"  # of index.js: shows what became of a verdict, and the next image


def select_alike(ctx: Any) -> dict[str, Any]:
    """Tell the page which images are most like the open one, or like the one that the reviewer judged last."""
    try:
        desk = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
        found = alike_samples(desk, str(ctx.current_sample or ""), str(ctx.request_params.get("view_name") or ""))
    except ErrataError as error:
        told: dict[str, Any] = {"kind": "refused", "said": f"{error}.", "ids": []}
    else:
        view = desk.dataset.select(list(found.sample_ids), ordered=True)
        told = {"kind": "alike", "said": f"{found.sentence}.", "ids": list(found.sample_ids)}
        told |= {"ticked": list(found.ticked), "image": found.image_id, "view": view._serialize()}
    ctx.trigger(AFTER, told)
    return {"said": told["said"], "refused": told["kind"] == "refused"}
