"""A FiftyOne dataset as a source of images, labels and predictions."""

import os
import re
from pathlib import Path

import numpy as np

from curation import store
from curation.catalog import DatasetSpec
from curation.rows import SPLITS, Rows
from curation.sources import Entry, make_rows
from curation.workspace import Workspace
from models.arrays import FloatArray
from models.errors import ErrataError
from models.predictions import Predictions, checked_probs


def slug_of(source: str) -> str:
    """Return the name of a data set read from `DATASET` or `DATASET/FIELD`."""
    name = re.sub(r"[^a-z0-9_]+", "-", source.partition("/")[0].lower()).strip("-_")
    if not name:
        raise ErrataError(f"fiftyone:{source} names no dataset; write fiftyone:DATASET or fiftyone:DATASET/FIELD")
    return f"fiftyone-{name}"[:40]


def read_fiftyone(source: str, workspace: Workspace, seed: int) -> tuple[DatasetSpec, Rows]:
    """Return the images of a FiftyOne dataset with the labels of a classification field.

    Args:
        source: `DATASET`, labels in `ground_truth`, or `DATASET/FIELD`.
        workspace: its database, unless FIFTYONE_DATABASE_URI names another.
        seed: splits a dataset without one; a sample's split is its field `split`, else its tag train, val or test.

    Raises:
        ErrataError: no such dataset or field, a sample without a label, or images without a common folder.
    """
    dataset_name, _, field = source.partition("/")
    dataset = store.load_dataset(workspace, dataset_name)
    paths, labels = store.read_values(dataset, ["filepath", f"{field or 'ground_truth'}.label"])
    missing = sum(label is None for label in labels)
    if not paths or missing:
        what = f"{missing} of {len(paths)} samples have no label in {field or 'ground_truth'}" if paths else "it is empty"
        raise ErrataError(f"FiftyOne dataset {dataset_name!r} cannot be audited: {what}; label them or make a view of the others")
    root = Path(os.path.commonpath([str(Path(path).parent) for path in paths]))
    entries = [
        Entry(Path(path).relative_to(root).as_posix(), label, split)
        for path, label, split in zip(paths, labels, _splits(dataset), strict=True)
    ]
    rows = make_rows(root, entries, (), (), seed)
    title = f"FiftyOne dataset {dataset_name}"
    return DatasetSpec(slug_of(source), title, "folder", root, "not stated", f"fiftyone:{source}"), rows


def read_logits(source: str, workspace: Workspace, rows: Rows) -> Predictions:
    """Return the predictions in the classification field `DATASET/FIELD`, from its logits.

    Raises:
        ErrataError: the field has no logits, or an image of the data set has no prediction.
    """
    dataset_name, _, field = source.partition("/")
    if not field:
        raise ErrataError(f"fiftyone:{source} names no field; write --predictions fiftyone:DATASET/FIELD")
    dataset = store.load_dataset(workspace, dataset_name)
    paths, logits = store.read_values(dataset, ["filepath", f"{field}.logits"])
    by_path = {os.path.realpath(path): values for path, values in zip(paths, logits, strict=True) if values is not None}
    found = [by_path.get(os.path.realpath(path)) for path in rows.paths]
    absent = [str(name) for name, values in zip(rows.image_ids, found, strict=True) if values is None]
    if absent:
        raise ErrataError(f"{dataset_name}/{field} has no logits for {len(absent)} of {len(rows)} images, such as {absent[0]}")
    return Predictions(rows.image_ids, checked_probs(_softmax(np.array(found, np.float32)), len(rows.classes)), None, None)


def _softmax(logits: FloatArray) -> FloatArray:
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(odds / odds.sum(1, keepdims=True), np.float32)


def _splits(dataset: object) -> list[str]:
    """Return the split of each sample: its field `split`, else its tag, else none."""
    fields, tags = store.read_values(dataset, ["split", "tags"])
    return [
        split if split in SPLITS else next((tag for tag in own or () if tag in SPLITS), "")
        for split, own in zip(fields, tags, strict=True)
    ]
