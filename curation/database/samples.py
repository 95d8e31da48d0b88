"""Samples of the FiftyOne dataset, read and written without its Sample objects: one round trip for all fields.

FiftyOne takes one round trip for each field, which a reviewer who waits for the next image would notice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from curation.database.answering import answering
from curation.database.names import IMAGE_ID


@answering()
def read_samples(dataset: Any, fields: Sequence[str], ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return samples as they are in the database now: id -> field -> value, in the dataset's order.

    Args:
        dataset: with N samples.
        fields: names; `curated.label` reads the class name alone; None where a sample has no value.
        ids: of the samples to read, without effect where unknown; all by default.

    Raises:
        ErrataError: the database does not answer.
    """
    from bson import ObjectId

    chosen = (
        {}
        if ids is None
        else {"_id": {"$in": [ObjectId(sample_id) for sample_id in ids if ObjectId.is_valid(sample_id)]}}
    )
    documents = dataset._sample_collection.find(chosen, dict.fromkeys(fields, 1)).sort("_id")
    return {str(document["_id"]): {name: _value(document, name) for name in fields} for document in documents}


@answering()
def samples_of_images(dataset: Any, image_ids: Sequence[str]) -> list[str]:
    """Return the ids of the samples of images, in the dataset's order; an image without a sample has none.

    Raises:
        ErrataError: the database does not answer.
    """
    documents = dataset._sample_collection.find({IMAGE_ID: {"$in": [*image_ids]}}, {"_id": True}).sort("_id")
    return [str(document["_id"]) for document in documents]


@answering()
def documents_for_page(dataset: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return samples as a page of the App holds them; those that the dataset lacks are left out.

    Raises:
        ErrataError: the database does not answer.
    """
    from bson import ObjectId
    from fiftyone.core.json import stringify

    documents = dataset._sample_collection.find({"_id": {"$in": [ObjectId(sample_id) for sample_id in ids]}})
    return [stringify(document) for document in documents]


@answering()
def write_samples(dataset: Any, values: Mapping[str, Mapping[str, Any]], noted: bool = True) -> None:
    """Write fields of samples; all fields of a sample change at once, so that no reader sees half of them.

    Args:
        dataset: has the fields.
        values: id of a sample -> field -> value, None to empty the field.
        noted: whether the samples count as modified. If they do, the App refuses edits from pages that show the old
            values.

    Raises:
        ErrataError: the database does not answer; samples that it had not written keep their values.
    """
    from bson import ObjectId
    from pymongo import UpdateOne

    now = {"last_modified_at": datetime.now(UTC)} if noted else {}
    updates = [
        UpdateOne({"_id": ObjectId(sample_id)}, {"$set": {**fields, **now}}) for sample_id, fields in values.items()
    ]
    if updates:
        dataset._sample_collection.bulk_write(updates, ordered=False)


def classification(label: str) -> dict[str, Any]:
    """Return a label as FiftyOne stores it (tests/curation/database/test_samples.py compares both)."""
    from bson import ObjectId

    return {"_id": ObjectId(), "_cls": "Classification", "tags": [], "label": label}


def _value(document: Mapping[str, Any], name: str) -> Any:
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
