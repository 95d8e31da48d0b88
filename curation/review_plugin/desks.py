"""The desk of each data set that this App shows."""

import os
import threading
from typing import Any

from curation.dataset_names import audit_of_dataset
from curation.results import audit_folder, load_audit
from curation.review import open_review
from curation.review_desk import Desk
from curation.review_progress import Progress
from curation.reviewer_name import kept_reviewer
from curation.workspace import Workspace

_lock = threading.Lock()
_desks: dict[str, tuple[tuple[int, ...], Desk, Progress]] = {}  # data set -> when it was audited, and its desk


def desk_of(ctx: Any) -> tuple[Desk, Progress]:
    """Return the desk of the dataset that the App shows, loaded once for each audit.

    Raises:
        ErrataError: it is not the dataset of an audit, or the database does not answer.
    """
    workspace = Workspace.from_environment()
    name = audit_of_dataset(str(ctx.dataset_name))
    folder = audit_folder(workspace, name)
    stamp = tuple(
        (folder / part).stat().st_mtime_ns for part in ("rows.json", "results.json") if (folder / part).exists()
    )
    with _lock:
        if name not in _desks or _desks[name][0] != stamp:
            audit, review = load_audit(workspace, name), open_review(workspace, name)
            desk = Desk(audit, review, ctx.dataset, lambda: reviewer(workspace))
            _desks[name] = stamp, desk, Progress(audit, review)
        return _desks[name][1:]


def reviewer(workspace: Workspace) -> str:
    """Return whose App this is; of one that was started for nobody, who said their name in the app since."""
    return os.environ.get("ERRATA_REVIEWER") or kept_reviewer(workspace)
