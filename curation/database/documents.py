"""Columns of values as the MongoDB documents that FiftyOne would write, at many times its speed.

FiftyOne itself writes one sample with a value in every field. That makes the schema, and its document is the pattern of
all other documents (tests/curation/database/test_documents.py compares both ways).
"""

import io
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import FloatArray

BATCH = 2_000  # documents in memory at a time, a few kB each


@dataclass(frozen=True)
class Labels:
    """A classification field to write: N labels, with confidence and logits if a model gave them."""

    labels: Sequence[str | None]  # None: no label
    confidence: FloatArray | None = None  # (N,)
    logits: FloatArray | None = None  # (N, K)


@dataclass(frozen=True)
class Column:
    """One field of the dataset and its group in the sidebar."""

    name: str
    group: str
    values: Labels | Sequence[Any] | FloatArray  # a 2-D array becomes vectors, Paths become heatmaps
    description: str = ""
    shown: bool = False  # ticked when the dataset is opened
    index: bool = False  # sorted or filtered by


def insert(fo: Any, dataset: Any, paths: Sequence[Path], columns: Sequence[Column]) -> None:
    """Fill the empty dataset with one sample for each path, the columns as its fields.

    A column of missing values makes no field.

    Args:
        fo: the fiftyone module.
        dataset: without samples.
        paths: N images.
        columns: N values each, None where a sample has no value.
    """
    if not paths:
        return
    firsts = {column.name: next(field_values(fo, column), None) for column in columns}
    values = {name: value for name, value in firsts.items() if value is not None}
    dataset.add_samples([fo.Sample(filepath=str(paths[0]), **values)], progress=False)
    collection = dataset._sample_collection
    pattern = collection.find_one()
    collection.delete_many({})
    written = [column for column in columns if column.name in values]
    documents = _documents(pattern, paths, written)
    while batch := list(islice(documents, BATCH)):
        collection.insert_many(batch, ordered=False)


def replace_values(dataset: Any, key: str, keys: Sequence[str], columns: Sequence[Column]) -> bool:
    """Write some fields of all samples anew; all fields of a sample change at once, and its other fields stay.

    Args:
        dataset: with N samples.
        key: the field that tells which sample is meant.
        keys: its values, N, in the order of the columns' values.
        columns: the fields, N values each; None empties the field.

    Returns:
        False, and nothing is written, where the dataset has other samples or lacks a field.
    """
    from pymongo import UpdateOne

    collection = dataset._sample_collection
    identity = {document.get(key): document["_id"] for document in collection.find({}, {key: 1})}
    patterns = {}
    for column in columns:
        filled = collection.find_one({column.name: {"$ne": None}}, {column.name: 1})
        if filled is None and any(value is not None for value in _raw(column)):
            return False
        patterns[column.name] = filled[column.name] if filled else {}
    if set(identity) != set(keys):
        return False
    names, now = [column.name for column in columns], datetime.now(UTC)
    encoded = zip(*(_encoded(column, patterns[column.name]) for column in columns), strict=True)
    updates = (
        UpdateOne(
            {"_id": identity[sample]}, {"$set": {**dict(zip(names, values, strict=True)), "last_modified_at": now}}
        )
        for sample, values in zip(keys, encoded, strict=True)
    )
    while batch := list(islice(updates, BATCH)):
        collection.bulk_write(batch, ordered=False)
    return True


def _raw(column: Column) -> Sequence[Any] | FloatArray:
    return column.values.labels if isinstance(column.values, Labels) else column.values


def field_values(fo: Any, column: Column) -> Iterator[Any]:
    """Yield the values of a column as FiftyOne takes them, without the missing ones."""
    values = column.values
    if isinstance(values, Labels):
        for row, label in enumerate(values.labels):
            if label is not None:
                confidence = None if values.confidence is None else float(values.confidence[row])
                logits = None if values.logits is None else values.logits[row]
                yield fo.Classification(label=label, confidence=confidence, logits=logits)
    elif isinstance(values, np.ndarray):
        yield from values if values.ndim == 2 else values.tolist()
    else:
        for value in values:
            if value is not None:
                yield fo.Heatmap(map_path=str(value)) if isinstance(value, Path) else value


def _documents(pattern: dict[str, Any], paths: Sequence[Path], columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """Yield one document for each path."""
    from bson import ObjectId

    written = {column.name for column in columns}
    common = {name: value for name, value in pattern.items() if name not in written}
    encoded = [_encoded(column, pattern[column.name]) for column in columns]
    names = [column.name for column in columns]
    for path, values in zip(paths, zip(*encoded, strict=True) if encoded else ((),) * len(paths), strict=True):
        fields = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield {**common, "_id": ObjectId(), "filepath": str(path), "_rand": random.random(), **fields}


def _encoded(column: Column, pattern: Any) -> Iterator[Any]:
    """Yield each value of a column as a document holds it, None where it is missing."""
    from bson import ObjectId

    values = column.values
    if isinstance(values, Labels):
        logits = None if values.logits is None else _packed(values.logits)
        for row, label in enumerate(values.labels):
            document = {**pattern, "_id": ObjectId(), "label": label}
            if values.confidence is not None:
                document["confidence"] = float(values.confidence[row])
            if logits is not None:
                document["logits"] = next(logits)
            yield None if label is None else document
    elif isinstance(values, np.ndarray):
        yield from _packed(values) if values.ndim == 2 else values.tolist()
    else:
        for value in values:
            yield {**pattern, "_id": ObjectId(), "map_path": str(value)} if isinstance(value, Path) else value


def _packed(rows: FloatArray) -> Iterator[bytes]:
    """Yield each row as FiftyOne stores a vector: .npy in zlib without compression, since MongoDB compresses anyway."""
    file = io.BytesIO()
    header = {"descr": np.lib.format.dtype_to_descr(rows.dtype), "fortran_order": False, "shape": rows.shape[1:]}
    np.lib.format.write_array_header_1_0(file, header)
    for row in rows:
        yield zlib.compress(file.getvalue() + row.tobytes(), level=0)
