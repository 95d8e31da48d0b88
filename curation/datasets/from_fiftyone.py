"""A FiftyOne dataset as a source of images, labels and predictions."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.database import names, store
from curation.datasets.catalog import DatasetSpec
from curation.datasets.classes.merges import noted_merges
from curation.datasets.entries import Entry, make_rows
from curation.datasets.rows import SPLITS, Rows
from curation.datasets.unique_names import unique_name
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.predictions import Predictions, checked_probs
from models.figures.softmax import softmax


def slug_of(source: str) -> str:
    """Return the name of a data set read from `DATASET` or `DATASET/FIELD`."""
    name = re.sub(r"[^a-z0-9_]+", "-", source.partition("/")[0].lower()).strip("-_")
    if not name:
        raise ErrataError(f"fiftyone:{source} names no dataset; write fiftyone:DATASET or fiftyone:DATASET/FIELD")
    return f"fiftyone-{name}"[:40]


def name_of(source: str, workspace: Workspace) -> str:
    """Return the name under which the labels of `DATASET` or `DATASET/FIELD` are audited."""
    return unique_name(slug_of(source), _full(source), workspace)


def _full(source: str) -> str:
    dataset_name, _, field = source.partition("/")
    return f"fiftyone:{dataset_name}/{field or names.GIVEN}"


def read_fiftyone(source: str, workspace: Workspace, seed: int) -> tuple[DatasetSpec, Rows]:
    """Return the images of a FiftyOne dataset with the labels of a classification field.

    Args:
        source: `DATASET`, labels in `ground_truth`, or `DATASET/FIELD`.
        workspace: its database, unless FIFTYONE_DATABASE_URI names another.
        seed: decides the splits where the dataset has none. The split of a sample is its field `split`, else its tag
            train, val or test.

    Raises:
        ErrataError: there is no such dataset or field, a sample has no label, or the images have no common folder.
    """
    dataset_name, _, field = source.partition("/")
    name, field = name_of(source, workspace), field or names.GIVEN
    dataset = store.load_dataset(workspace, dataset_name)
    store.check_classification(dataset, field)
    paths, labels = store.read_values(dataset, ["filepath", names.label_of(field)])
    missing = sum(label is None for label in labels)
    if missing or not paths:
        reason = (
            f"{missing} of {len(paths)} samples have no label in {field}; label or remove them"
            if paths
            else "it is empty"
        )
        raise ErrataError(f"FiftyOne dataset {dataset_name!r} cannot be audited: {reason}")
    root = _common_folder(dataset_name, paths)
    entries = [
        Entry(Path(path).relative_to(root).as_posix(), label, split)
        for path, label, split in zip(paths, labels, _splits(dataset), strict=True)
    ]
    rows = make_rows(root, entries, (), (), seed, merges=noted_merges(workspace, name))
    return DatasetSpec(name, f"FiftyOne dataset {dataset_name}", "folder", root, "not stated", _full(source)), rows


def _common_folder(name: str, paths: Sequence[str]) -> Path:
    """Return the deepest folder that holds all images; the FiftyOne App may show all files in it."""
    root = Path(os.path.commonpath([Path(path).parent for path in paths]))
    if root == Path(root.anchor):
        raise ErrataError(f"the images of FiftyOne dataset {name!r} have no folder in common; move them below one")
    return root


def read_logits(source: str, workspace: Workspace, rows: Rows) -> Predictions:
    """Return the predictions in the classification field `DATASET/FIELD`, from its logits, of images that have them.

    Raises:
        ErrataError: there is no such dataset or field, or no image of the data set has one logit a class.
    """
    dataset_name, _, field = source.partition("/")
    if not field:
        raise ErrataError(f"fiftyone:{source} names no field; write --predictions fiftyone:DATASET/FIELD")
    dataset = store.load_dataset(workspace, dataset_name)
    store.check_classification(dataset, field)
    paths, logits = store.read_values(dataset, ["filepath", names.logits_of(field)])
    by_path = {os.path.realpath(path): values for path, values in zip(paths, logits, strict=True) if values is not None}
    wanted = [os.path.realpath(path) for path in rows.paths]
    there = np.array([path in by_path for path in wanted])
    if not there.any():
        raise ErrataError(
            f"{dataset_name}/{field} has no logits for any of the {len(rows)} images, such as {rows.image_ids[0]}; "
            "write them or give a file with probs"
        )
    found_logits = [by_path[path] for path in wanted if path in by_path]
    lengths = {len(values) for values in found_logits}
    if lengths != {len(rows.classes)}:
        counts = " or ".join(str(length) for length in sorted(lengths))
        raise ErrataError(
            f"{dataset_name}/{field} has {counts} logits for the {len(rows.classes)} classes; write one for each"
        )
    probs = checked_probs(softmax(np.array(found_logits, np.float32)), len(rows.classes))
    return Predictions(rows.image_ids[there], probs, None, None)


def _splits(dataset: object) -> list[str]:
    """Return the split of each sample: its field `split`, else its tag, else an empty text."""
    fields, tags = store.read_values(dataset, [names.SPLIT, "tags"])
    return [
        split if split in SPLITS else next((tag for tag in sample_tags or () if tag in SPLITS), "")
        for split, sample_tags in zip(fields, tags, strict=True)
    ]
