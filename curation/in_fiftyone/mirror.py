"""The verdicts in force as fields of the FiftyOne dataset; the decision log is the truth."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from curation.database import store
from curation.database.names import (
    CURATED,
    CURATED_IN_LOG,
    DECISION,
    GIVEN,
    IMAGE_ID,
    REVIEWED_AT,
    REVIEWER,
    REVIEWERS_DISAGREE,
    label_of,
)
from curation.database.samples import classification, read_samples, write_samples
from curation.database.views import save_views
from curation.datasets.rows import Rows
from curation.decisions.ledger import Ledger
from curation.decisions.state import State
from curation.in_fiftyone.review_views import ORDER_FIELDS, present_splits, review_views

FIELDS = {  # beside `curated`: name -> kind, description
    DECISION: ("text", "the verdict over all reviewers; empty where nobody judged, or they disagree"),
    REVIEWER: ("texts", "the reviewers who judged"),
    REVIEWED_AT: ("time", "when the last of them judged, UTC"),
    REVIEWERS_DISAGREE: ("truth", "reviewers judged differently, and nobody settled it"),
    CURATED_IN_LOG: ("text", "the working label by the decision log; where `curated` differs, somebody edited it"),
}
READ = (IMAGE_ID, "tags", label_of(GIVEN), label_of(CURATED), *FIELDS)


def prepare_review(dataset: Any, rows: Rows) -> None:
    """Give the dataset of these images the fields, views and editable labels of a review that it does not have yet."""
    fields = {**FIELDS, **ORDER_FIELDS}
    views = review_views(present_splits(rows.splits.tolist()))
    if all(map(dataset.has_field, fields)) and {view.name for view in views} <= set(dataset.list_saved_views()):
        return  # FiftyOne takes a second to see that nothing is to be done
    badge = {name: fields.pop(name) for name in (DECISION, REVIEWER)}
    store.declare(dataset, store.OPEN_GROUP, badge, shown=(*badge, CURATED))  # the App lets edit what is ticked
    store.declare(dataset, "review", fields)
    store.allow_editing(dataset, CURATED, rows.classes)
    save_views(dataset, views)


def mirrored(state: State, image_id: str, given: str, classes: Sequence[str]) -> dict[str, Any]:
    """Return what the fields of an image should hold: `curated` as a class name, and those of FIELDS.

    Args:
        state: the verdicts in force.
        image_id: of the image.
        given: its given label.
        classes: in order; of several right classes, the given one is the working label, else the first.
    """
    verdict, adjudication = state.verdict(image_id), state.adjudication(image_id)
    decisions = [*state.verdicts(image_id).values(), *([adjudication] if adjudication else [])]
    if not decisions:
        return {CURATED: given, **dict.fromkeys(FIELDS), CURATED_IN_LOG: given}
    labels = verdict.labels if verdict else ()
    label = given if given in labels or not labels else min(labels, key=lambda name: _place(name, classes))
    latest = datetime.fromisoformat(max(decision.time for decision in decisions)).astimezone(UTC).replace(tzinfo=None)
    return {
        CURATED: label,
        DECISION: verdict.decision if verdict else None,
        REVIEWER: sorted({decision.reviewer for decision in decisions}),
        REVIEWED_AT: latest.replace(microsecond=latest.microsecond // 1000 * 1000),  # MongoDB keeps milliseconds
        REVIEWERS_DISAGREE: True if state.disputed(image_id) else None,
        CURATED_IN_LOG: label,
    }


def write_decisions(dataset: Any, ledger: Ledger, ids: Sequence[str] | None = None) -> int:
    """Bring the fields up to date with the log and return how many samples were not.

    Args:
        dataset: of the audit; see `prepare_review`.
        ledger: of the data set.
        ids: of the samples to look at; all by default.

    Raises:
        ErrataError: the database does not answer, or the log cannot be read.
    """
    return write_changed(dataset, ledger, given_labels(ledger), read_samples(dataset, READ, ids))


def write_changed(
    dataset: Any,
    ledger: Ledger,
    given: Mapping[str, str],
    samples: Mapping[str, Mapping[str, Any]],
    noted: bool = True,
) -> int:
    """Bring samples that were just read up to date with the log and return how many were not.

    Args:
        dataset: of the audit; see `prepare_review`.
        ledger: of the data set.
        given: see `given_labels`.
        samples: as `read_samples` returns the fields READ; those of another audit are left alone.
        noted: see `write_samples`.

    Raises:
        ErrataError: the database does not answer, or the log cannot be read.
    """
    changed = {}
    with ledger.reading() as state:
        for sample_id, sample in samples.items():
            image_id = sample[IMAGE_ID]
            if image_id not in given:
                continue
            wanted = mirrored(state, image_id, given[image_id], ledger.classes)
            new = {name: wanted[name] for name in FIELDS if sample[name] != wanted[name]}
            if sample[label_of(CURATED)] != wanted[CURATED]:
                new[CURATED] = classification(wanted[CURATED])
            if sample[label_of(GIVEN)] != given[image_id]:
                new[GIVEN] = classification(given[image_id])
            if new:
                changed[sample_id] = new
    write_samples(dataset, changed, noted)
    return len(changed)


def given_labels(ledger: Ledger) -> dict[str, str]:
    """Return the given label of each image, by image_id."""
    rows = ledger.rows
    names = (rows.classes[label] for label in rows.labels.tolist())
    return dict(zip(rows.image_ids.tolist(), names, strict=True))


def is_edited(sample: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Return whether somebody edited the working label of a sample, and the log does not have it yet.

    Args:
        sample: as `read_samples` returns the fields READ.
        given: see `given_labels`.
    """
    label: str | None = sample[label_of(CURATED)]
    return label != (sample[CURATED_IN_LOG] or given.get(sample[IMAGE_ID], label))


def replaced_given(given: Mapping[str, str], samples: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the image_ids whose given label somebody replaced in the dataset; `write_changed` puts it back."""
    labels = ((sample[IMAGE_ID], sample[label_of(GIVEN)]) for sample in samples.values())
    return sorted(image_id for image_id, label in labels if image_id in given and label != given[image_id])


def _place(label: str, classes: Sequence[str]) -> int:
    return classes.index(label) if label in classes else len(classes)  # a class that was taken away since
