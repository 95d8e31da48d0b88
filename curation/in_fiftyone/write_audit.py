"""An audit as fields, views and maps of a FiftyOne dataset."""

import logging

from curation.database import names, store, views
from curation.database.answering import answering
from curation.database.documents import replace_values
from curation.database.names import dataset_name
from curation.database.ownership import owner_of
from curation.database.samples import read_samples
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.reviewer import kept_reviewer
from curation.in_fiftyone.audit_fields import KINDS, audit_columns, judgement_columns
from curation.in_fiftyone.audit_views import audit_views
from curation.in_fiftyone.mirror import READ, prepare_review, write_decisions
from curation.in_fiftyone.part import part_columns, part_of, part_views
from curation.in_fiftyone.review_views import write_queue
from curation.in_fiftyone.sync import take_edits
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.arrays import Progress
from models.errors import ErrataError

_log = logging.getLogger(__name__)


def write_audit(workspace: Workspace, audit: Audit, progress: Progress | None = None) -> None:
    """Write the audit and the decisions into the FiftyOne dataset `errata-NAME`, replacing what was there.

    Raises:
        ErrataError: MongoDB is missing, does not start, or dies meanwhile.
    """
    name, classes = dataset_name(audit.name), audit.rows.classes
    ledger = Ledger(log_of(workspace, audit.name), audit.checked) if audit.config["version"] == ORIGINAL else None
    if ledger:
        _keep_edits(workspace, audit, ledger)
    part = part_of(audit, ledger)
    columns = [*audit_columns(audit, part.chosen), *part_columns(part)]
    paths = [audit.rows.path(row) for row in part.rows.tolist()]
    with store.replacing(workspace, name, paths, columns, classes) as dataset:
        store.protect(dataset, names.GIVEN)
        for done, architecture in enumerate(audit.architectures):
            slug, points = architecture.slug, architecture.points
            if points is not None:
                store.add_map(dataset, points[part.chosen], names.projection_key(slug), names.embedding_field(slug))
            store.evaluate(dataset, names.prediction_field(slug), names.GIVEN, names.evaluation_key(slug), classes)
            if progress:
                progress(done + 1, len(audit.architectures))
        views.save_views(dataset, [*part_views(part), *audit_views(audit, part.chosen)])
        if ledger:  # nobody decides on the labels of a version
            prepare_review(dataset, audit.rows)
            write_decisions(dataset, ledger)
            write_queue(dataset, audit, ledger)
        facts = {"in_sample": audit.in_sample, "version": audit.config["version"], "part": part.sentence()}
        dataset.info = {"errata": {**facts, **owner_of(workspace)}}


def write_judgement(workspace: Workspace, audit: Audit, progress: Progress | None = None) -> bool:
    """Write what another judgement of the same labels changes; return False where the dataset has to be written anew.

    The dataset stays, and with it the sessions that are open on it.

    Raises:
        ErrataError: MongoDB is missing, does not start, or dies meanwhile.
    """
    if not store.dataset_exists(workspace, dataset_name(audit.name)):
        return False
    ledger = Ledger(log_of(workspace, audit.name), audit.checked) if audit.config["version"] == ORIGINAL else None
    if ledger:
        _keep_edits(workspace, audit, ledger)
    dataset = store.load_dataset(workspace, dataset_name(audit.name))
    part = part_of(audit, ledger)
    columns, image_ids = judgement_columns(audit, part.chosen), audit.rows.image_ids[part.chosen].tolist()
    with answering():
        if not replace_values(dataset, names.IMAGE_ID, image_ids, columns):
            return False
        if progress:
            progress(1, 2)
        kept = audit_views(audit, part.chosen)
        for kind in KINDS.keys() - {view.name for view in kept}:
            if dataset.has_saved_view(kind):
                dataset.delete_saved_view(kind)
        views.save_views(dataset, kept)
        if ledger:
            write_decisions(dataset, ledger)
            write_queue(dataset, audit, ledger)
    return True


def _keep_edits(workspace: Workspace, audit: Audit, ledger: Ledger) -> None:
    """Turn edits in the dataset, which is about to be replaced, into decisions.

    Raises:
        ErrataError: there is an edit, and no reviewer is known.
    """
    if not store.dataset_exists(workspace, dataset_name(audit.name)):
        return
    samples = read_samples(store.load_dataset(workspace, dataset_name(audit.name)), READ)
    reviewer = kept_reviewer(workspace)
    _, refused = take_edits(audit, ledger, samples, reviewer)
    if refused and not reviewer:
        raise ErrataError(f"{next(iter(refused.values()))[:-1]} to `errata sync {audit.name}` first")
    for sentence in refused.values():
        _log.warning("an edit in FiftyOne is lost: %s", sentence)
