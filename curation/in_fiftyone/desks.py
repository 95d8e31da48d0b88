"""The desks of an App: one for each data set it shows, loaded once for each audit."""

import os
import threading

from curation.database.names import audit_of_dataset, dataset_name
from curation.database.store import dataset_exists, load_dataset
from curation.decisions.ledger import open_ledger
from curation.decisions.reviewer import kept_reviewer
from curation.decisions.verdicts import tags
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.results.audit import load_audit
from curation.review.bench import Bench
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_stamp, audited, audited_labels

_lock = threading.Lock()
_desks: dict[str, tuple[tuple[int, ...], FiftyOneDesk]] = {}  # data set -> when it was audited, and its desk


def desk_of(workspace: Workspace, dataset: str) -> FiftyOneDesk:
    """Return the desk of a FiftyOne dataset.

    Raises:
        ErrataError: it is not the dataset of an audit of labels as given, or the database does not answer.
    """
    name = audit_of_dataset(dataset)
    stamp = audit_stamp(workspace, name)
    with _lock:
        if name not in _desks or _desks[name][0] != stamp:
            ledger = open_ledger(workspace, name)  # first: it says what is missing
            bench = Bench(load_audit(workspace, name), ledger)
            desk = FiftyOneDesk(bench, lambda: load_dataset(workspace, dataset), lambda: reviewer(workspace))
            _desks[name] = stamp, desk
        return _desks[name][1]


def desk_with(workspace: Workspace, sample_id: str) -> FiftyOneDesk | None:
    """Return the desk of the dataset that has a sample; None where no dataset of an audit has it.

    Raises:
        ErrataError: an audit is damaged, or the database does not answer.
    """
    names = _reviewed(workspace)
    for name in sorted(names, key=lambda name: name not in _desks):  # those that were opened are more likely
        desk = desk_of(workspace, dataset_name(name))
        if desk.image(sample_id) is not None:
            return desk
    return None


def tagged_samples(workspace: Workspace) -> list[tuple[FiftyOneDesk, list[str]]]:
    """Return the desks of the datasets in which samples have a tag that is a verdict, and the ids of these samples.

    Raises:
        ErrataError: an audit is damaged, or the database does not answer.
    """
    tagged = []
    for name in _reviewed(workspace):
        desk = desk_of(workspace, dataset_name(name))
        samples = desk.dataset._sample_collection.find({"tags": {"$in": [*tags()]}}, {"_id": True})
        if sample_ids := [str(sample["_id"]) for sample in samples]:
            tagged.append((desk, sample_ids))
    return tagged


def _reviewed(workspace: Workspace) -> list[str]:
    """Return the data sets that are reviewed in FiftyOne: audited with the labels as given, and with a dataset."""
    return [
        name
        for name in audited(workspace)
        if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name))
    ]


def reviewer(workspace: Workspace) -> str:
    """Return the reviewer that this App was started for, else the one who gave their name in Errata's app."""
    return os.environ.get("ERRATA_REVIEWER") or kept_reviewer(workspace)
