"""Single samples of the FiftyOne dataset, read and written past its own objects: one round trip, whatever the fields.

FiftyOne takes a round trip a field, and a reviewer who waits for the next image would feel that.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from curation.database.store import answering


@answering()
def read_samples(dataset: Any, fields: Sequence[str], ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return samples as they are in the database now: id -> field -> value, in the dataset's order.

    Args:
        dataset: of N samples.
        fields: names; `curated.label` reads a label alone, None where there is none.
        ids: of the samples to read, unknown ones are left out; all by default.

    Raises:
        ErrataError: the database does not answer.
    """
    from bson import ObjectId

    chosen = {} if ids is None else {"_id": {"$in": [ObjectId(one) for one in ids if ObjectId.is_valid(one)]}}
    found = dataset._sample_collection.find(chosen, dict.fromkeys(fields, 1)).sort("_id")
    return {str(document["_id"]): {name: _value(document, name) for name in fields} for document in found}


@answering()
def write_samples(dataset: Any, values: Mapping[str, Mapping[str, Any]], noted: bool = True) -> None:
    """Write fields of samples, all fields of one at a time: nobody sees half of it.

    Args:
        dataset: that has the fields.
        values: id of a sample -> field -> value, None to empty the field.
        noted: whether the samples count as modified. If they do, the App refuses what is edited in a page that shows
            them as they were.

    Raises:
        ErrataError: the database does not answer; what it had not written yet is as it was.
    """
    from bson import ObjectId
    from pymongo import UpdateOne

    now = {"last_modified_at": datetime.now(UTC)} if noted else {}
    updates = [UpdateOne({"_id": ObjectId(one)}, {"$set": {**own, **now}}) for one, own in values.items()]
    if updates:
        dataset._sample_collection.bulk_write(updates, ordered=False)


def classification(label: str) -> dict[str, Any]:
    """Return a label as FiftyOne stores it (tests/curation/database/test_samples.py holds both side by side)."""
    from bson import ObjectId

    return {"_id": ObjectId(), "_cls": "Classification", "tags": [], "label": label}


def _value(document: Mapping[str, Any], name: str) -> Any:
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
