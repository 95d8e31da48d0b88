"""Decisions from the labels and tags that people edited in FiftyOne itself; then the dataset follows the log."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curation.database.names import CURATED, GIVEN, IMAGE_ID, dataset_name, label_of
from curation.database.samples import read_samples, write_samples
from curation.database.store import dataset_exists, load_dataset
from curation.decisions.actions import decision_fields
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, open_ledger
from curation.decisions.verdicts import LABEL, removing, tags
from curation.in_fiftyone.mirror import READ, given_labels, is_edited, prepare_review, replaced_given, write_changed
from curation.in_fiftyone.review_views import write_queue
from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audited, audited_labels
from models.errors import ErrataError

LABEL_EDITED = "label edited in FiftyOne"  # queues of the decisions
TAGGED = "tagged {} in FiftyOne"
Sample = Mapping[str, Any]


@dataclass(frozen=True)
class Synced:
    """What a synchronisation did."""

    decisions: tuple[Decision, ...]  # new ones
    refused: tuple[str, ...]  # a sentence for each edit that is not a decision; it is left as it is
    given_again: tuple[str, ...]  # image_ids whose given label had been replaced
    updated: int  # samples with fields changed from the log

    def sentences(self) -> list[str]:
        """Return what to tell, line by line."""
        counts = Counter(decision.queue for decision in self.decisions)
        told = [f"{queue}: {n:,}, now in the decision log" for queue, n in sorted(counts.items())]
        if self.given_again:
            named = ", ".join(self.given_again[:3]) + (" …" if len(self.given_again) > 3 else "")
            told.append(f"{GIVEN} replaced: {len(self.given_again):,}, as given again: {named}")
        return [*told, *self.refused, f"images brought up to date with the decision log: {self.updated:,}"]


def sync(workspace: Workspace, name: str, reviewer: str) -> Synced:
    """Turn the edits in FiftyOne into decisions, then write the state of the log into the dataset.

    An edited `curated` label becomes a relabel, or keep where it is the given one; a tag of `tags` becomes that verdict
    and is taken off. Other tags are left alone.

    Args:
        workspace: its decisions and database.
        name: of an audited data set.
        reviewer: to whom the edits are ascribed: FiftyOne does not record who edits. Edits in a reviewer's own App are
            already decisions. For all others, pass the name given on the command line, else the reviewer of the App
            that ends, else the last reviewer of this workspace.

    Raises:
        ErrataError: not audited, no dataset or no database, or there is an edit and no reviewer is named.
    """
    audit, ledger = load_audit(workspace, name), open_ledger(workspace, name)
    dataset = load_dataset(workspace, dataset_name(name))
    prepare_review(dataset, audit.rows)
    synced = sync_samples(dataset, audit, ledger, reviewer)
    write_queue(dataset, audit, ledger)
    return synced


def sync_all(workspace: Workspace, reviewer: str) -> list[str]:
    """Do what `sync` does for every data set with a dataset; return what to tell, nothing where nothing was edited.

    Raises:
        ErrataError: the database does not answer.
    """
    told: list[str] = []
    for name in audited(workspace):
        if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name)):
            synced = sync(workspace, name, reviewer)
            if synced.decisions or synced.refused or synced.given_again:
                told += [f"{name}: {sentence}" for sentence in synced.sentences()]
    return told


def sync_samples(
    dataset: Any, audit: Audit, ledger: Ledger, reviewer: str, sample_ids: Sequence[str] | None = None
) -> Synced:
    """Do what `sync` does for some samples, all by default; the page that shows some of them may go on editing.

    Raises:
        ErrataError: the database does not answer.
    """
    given, samples = given_labels(ledger), read_samples(dataset, READ, sample_ids)
    decisions, refused = take_edits(audit, ledger, samples, reviewer)
    replaced = replaced_given(given, samples)
    followed = {sample_id: sample for sample_id, sample in samples.items() if sample_id not in refused}
    tagged = {sample_id: sample for sample_id, sample in followed.items() if _verdict_tags(sample)}
    write_samples(dataset, {sample_id: {"tags": _other_tags(sample)} for sample_id, sample in tagged.items()})
    updated = write_changed(dataset, ledger, given, followed, noted=sample_ids is None)
    return Synced(tuple(decisions), tuple(refused.values()), tuple(replaced), updated)


def take_edits(
    audit: Audit, ledger: Ledger, samples: Mapping[str, Sample], reviewer: str
) -> tuple[list[Decision], dict[str, str]]:
    """Write decisions of the edits of samples to the log.

    Args:
        audit: of the data set.
        ledger: of the data set.
        samples: as `read_samples` returns the fields READ.
        reviewer: whose edits they are.

    Returns:
        the decisions, undone together, and a sentence for each sample whose edits make no decision.

    Raises:
        ErrataError: the log cannot be read.
    """
    row_of = {image_id: row for row, image_id in enumerate(audit.rows.image_ids.tolist())}
    batch = secrets.token_hex(8)
    decisions: list[Decision] = []
    refused: dict[str, str] = {}
    for sample_id, sample in samples.items():
        if sample[IMAGE_ID] not in row_of:
            continue
        try:
            decision = _edit(audit, row_of[sample[IMAGE_ID]], sample, reviewer)
            if decision is not None:
                decisions += _written(ledger, replace(decision, batch=batch))
        except ErrataError as error:
            refused[sample_id] = f"{error}."
    return decisions, refused


def _edit(audit: Audit, row: int, sample: Sample, reviewer: str) -> Decision | None:
    """Return the decision that a sample's edits make, None without edits.

    Raises:
        ErrataError: they make no decision, or no reviewer is named.
    """
    image_id, verdict_tags, label = str(sample[IMAGE_ID]), _verdict_tags(sample), sample[label_of(CURATED)]
    given = audit.rows.classes[audit.rows.labels[row]]
    edited = is_edited(sample, {image_id: given})
    if not edited and not verdict_tags:
        return None
    if len(verdict_tags) + edited > 1:
        edits = ", ".join([*(f"tag {tag!r}" for tag in verdict_tags), *([f"label {label!r}"] if edited else [])])
        raise ErrataError(
            f"{image_id} has edits that contradict each other ({edits}); leave one of them and sync again"
        )
    if not reviewer:
        raise ErrataError(f"{image_id} was edited in FiftyOne, but nobody said by whom; add --reviewer NAME")
    if not verdict_tags and label is None:
        raise ErrataError(
            f"the curated label of {image_id} was deleted, which says nothing; choose a label, or tag the image "
            f"{' or '.join(removing())}"
        )
    action, queue = (verdict_tags[0], TAGGED.format(verdict_tags[0])) if verdict_tags else (LABEL, LABEL_EDITED)
    fields = decision_fields(audit, row, action, () if verdict_tags else (label,))
    return Decision(reviewer, image_id, label=given, queue=queue, source="fiftyone", **fields)


def _written(ledger: Ledger, decision: Decision) -> list[Decision]:
    """Write a decision, unless it is the verdict that this reviewer has in force already."""
    with ledger.reading() as state:
        if decision.says_the_same_as(state.verdicts(decision.image_id).get(decision.reviewer)):
            return []
        return ledger.decide(decision)


def _verdict_tags(sample: Sample) -> list[str]:
    return [tag for tag in sample["tags"] or [] if tag in tags()]


def _other_tags(sample: Sample) -> list[str]:
    return [tag for tag in sample["tags"] or [] if tag not in tags()]
