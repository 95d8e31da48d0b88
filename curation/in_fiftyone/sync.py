"""What people edited in FiftyOne itself, labels and tags, made decisions of; then the dataset follows the log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curation.database.names import CURATED, CURATED_IN_LOG, GIVEN, IMAGE_ID, dataset_name, label_of
from curation.database.samples import read_samples, write_samples
from curation.database.store import dataset_exists, load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, open_ledger
from curation.decisions.verdicts import TAGS, quick_verdict
from curation.in_fiftyone.mirror import READ, given_labels, prepare, replaced_given, write_changed
from curation.in_fiftyone.views import write_queue
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
    refused: tuple[str, ...]  # a sentence for each edit that is no decision; it is left as it is
    given_again: tuple[str, ...]  # image_ids whose given label had been replaced
    updated: int  # samples whose fields the log changed

    def sentences(self) -> list[str]:
        """Return what to tell, line by line."""
        kinds = {one.queue: 0 for one in self.decisions}
        for one in self.decisions:
            kinds[one.queue] += 1
        told = [f"{queue}: {n:,}, now in the decision log" for queue, n in sorted(kinds.items())]
        if self.given_again:
            named = ", ".join(self.given_again[:3]) + (" …" if len(self.given_again) > 3 else "")
            told.append(f"{GIVEN} replaced: {len(self.given_again):,}, as given again: {named}")
        return [*told, *self.refused, f"images brought up to date with the decision log: {self.updated:,}"]


def sync(workspace: Workspace, name: str, reviewer: str) -> Synced:
    """Make decisions of what was edited in FiftyOne since, then write what the log says into the dataset.

    An edited `curated` label becomes a relabel, or keep where it is the given one; a tag of TAGS becomes that verdict
    and is taken off. Other tags are left alone.

    Args:
        workspace: its decisions and database.
        name: of an audited data set.
        reviewer: whose edits they are; FiftyOne notes that of none. What a reviewer's own App edits or tags becomes a
            decision at once and is not found here; of the rest it is whose App ends, with `errata sync` who is named
            there, else who reviewed here last.

    Raises:
        ErrataError: not audited, no dataset or no database, or nobody is named and there is an edit.
    """
    audit, ledger = load_audit(workspace, name), open_ledger(workspace, name)
    dataset = load_dataset(workspace, dataset_name(name))
    prepare(dataset, audit.rows)
    done = sync_samples(dataset, audit, ledger, reviewer)
    write_queue(dataset, audit, ledger)
    return done


def sync_every(workspace: Workspace, reviewer: str) -> list[str]:
    """Do what `sync` does for every data set with a dataset and return what to tell; nothing where nothing was edited.

    Raises:
        ErrataError: the database does not answer.
    """
    told: list[str] = []
    for name in audited(workspace):
        if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name)):
            found = sync(workspace, name, reviewer)
            if found.decisions or found.refused or found.given_again:
                told += [f"{name}: {sentence}" for sentence in found.sentences()]
    return told


def sync_samples(dataset: Any, audit: Audit, ledger: Ledger, reviewer: str, ids: Sequence[str] | None = None) -> Synced:
    """Do what `sync` does for some samples, all by default; of some, the page that shows them may go on editing.

    Raises:
        ErrataError: the database does not answer.
    """
    given, samples = given_labels(ledger), read_samples(dataset, READ, ids)
    decisions, refused = take_edits(audit, ledger, samples, reviewer)
    replaced = replaced_given(given, samples)
    followed = {one: sample for one, sample in samples.items() if one not in refused}
    tagged = {one: sample for one, sample in followed.items() if _verdict_tags(sample)}
    write_samples(dataset, {one: {"tags": _other_tags(sample)} for one, sample in tagged.items()})
    updated = write_changed(dataset, ledger, given, followed, noted=ids is None)
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
        the decisions, undone together, and for each sample whose edits make none a sentence.

    Raises:
        ErrataError: the log cannot be read.
    """
    rows = {image_id: row for row, image_id in enumerate(audit.rows.image_ids.tolist())}
    batch = secrets.token_hex(8)
    decisions: list[Decision] = []
    refused: dict[str, str] = {}
    for one, sample in samples.items():
        if sample[IMAGE_ID] not in rows:
            continue
        try:
            found = _edit(audit, rows[sample[IMAGE_ID]], sample, reviewer)
            if found is not None:
                decisions += _decided(ledger, replace(found, batch=batch))
        except ErrataError as error:
            refused[one] = f"{error}."
    return decisions, refused


def _edit(audit: Audit, row: int, sample: Sample, reviewer: str) -> Decision | None:
    """Return the decision that a sample's edits make, None where nobody edited it.

    Raises:
        ErrataError: they make none, or nobody is named.
    """
    image_id, tags, label = str(sample[IMAGE_ID]), _verdict_tags(sample), sample[label_of(CURATED)]
    expected = sample[CURATED_IN_LOG] or audit.rows.classes[audit.rows.labels[row]]
    edited = label != expected
    if not edited and not tags:
        return None
    if len(tags) + edited > 1:
        said = ", ".join([*(f"tag {tag!r}" for tag in tags), *([f"label {label!r}"] if edited else [])])
        raise ErrataError(f"{image_id} has edits that contradict each other ({said}); leave one of them and sync again")
    if not reviewer:
        raise ErrataError(f"{image_id} was edited in FiftyOne, but nobody said by whom; add --reviewer NAME")
    if tags:
        said_so = quick_verdict(audit, row, tags[0])
        return Decision(reviewer, image_id, queue=TAGGED.format(tags[0]), source="fiftyone", **said_so)
    if label is None:
        raise ErrataError(
            f"the curated label of {image_id} was deleted, which says nothing; choose a label, or tag the image "
            "none-of-these or exclude"
        )
    said_so = quick_verdict(audit, row, "label", label)
    return Decision(reviewer, image_id, queue=LABEL_EDITED, source="fiftyone", **said_so)


def _decided(ledger: Ledger, decision: Decision) -> list[Decision]:
    """Write a decision, unless it is what this reviewer says already."""
    with ledger.reading() as state:
        own = state.verdicts(decision.image_id).get(decision.reviewer)
        if own and (own.decision, set(own.new_labels)) == (decision.decision, set(decision.new_labels)):
            return []
        return ledger.decide(decision)


def _verdict_tags(sample: Sample) -> list[str]:
    return [tag for tag in sample["tags"] or [] if tag in TAGS]


def _other_tags(sample: Sample) -> list[str]:
    return [tag for tag in sample["tags"] or [] if tag not in TAGS]
