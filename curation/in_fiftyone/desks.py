"""The desks of an App: one for each data set it shows, loaded once for each audit."""

import os
import threading

from curation.database.names import audit_of_dataset, dataset_name
from curation.database.store import dataset_exists, load_dataset
from curation.decisions.ledger import open_ledger
from curation.decisions.reviewer import kept_reviewer
from curation.decisions.verdicts import TAGS
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.results.audit import load_audit
from curation.review.review_progress import Progress
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audited, audited_labels

_lock = threading.Lock()
_desks: dict[str, tuple[tuple[int, ...], FiftyOneDesk, Progress]] = {}  # data set -> when it was audited, and its desk


def desk_of(workspace: Workspace, dataset: str) -> tuple[FiftyOneDesk, Progress]:
    """Return the desk of a FiftyOne dataset, and how far its review is.

    Raises:
        ErrataError: it is not the dataset of an audit of labels as given, or the database does not answer.
    """
    name = audit_of_dataset(dataset)
    folder = audit_folder(workspace, name)
    files = [folder / part for part in ("rows.json", "results.json")]
    stamp = tuple(file.stat().st_mtime_ns for file in files if file.exists())
    with _lock:
        if name not in _desks or _desks[name][0] != stamp:
            ledger, audit = open_ledger(workspace, name), load_audit(workspace, name)
            desk = FiftyOneDesk(audit, ledger, lambda: load_dataset(workspace, dataset), lambda: reviewer(workspace))
            _desks[name] = stamp, desk, Progress(audit, ledger)
        return _desks[name][1:]


def desk_with(workspace: Workspace, sample_id: str) -> FiftyOneDesk | None:
    """Return the desk of the dataset that has a sample; None where it is none of ours.

    Raises:
        ErrataError: an audit is damaged, or the database does not answer.
    """
    known = audited(workspace)
    for name in sorted(known, key=lambda one: one not in _desks):  # those that were opened are more likely
        if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name)):
            desk, _ = desk_of(workspace, dataset_name(name))
            if desk.image(sample_id) is not None:
                return desk
    return None


def tagged_samples(workspace: Workspace) -> list[tuple[FiftyOneDesk, list[str]]]:
    """Return the desks of the datasets in which samples carry a tag that is a verdict, with the ids of these.

    Raises:
        ErrataError: an audit is damaged, or the database does not answer.
    """
    found = []
    for name in audited(workspace):
        if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name)):
            desk, _ = desk_of(workspace, dataset_name(name))
            own = desk.dataset._sample_collection.find({"tags": {"$in": [*TAGS]}}, {"_id": True})
            if ids := [str(sample["_id"]) for sample in own]:
                found.append((desk, ids))
    return found


def reviewer(workspace: Workspace) -> str:
    """Return whose App this is; of one that was started for nobody, who said their name in the app since."""
    return os.environ.get("ERRATA_REVIEWER") or kept_reviewer(workspace)
