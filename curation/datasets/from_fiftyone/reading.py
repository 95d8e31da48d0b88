"""A FiftyOne dataset as a source of images, labels and predictions."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from curation.database import names, store
from curation.datasets.catalog import DatasetSpec
from curation.datasets.classes.merges import noted_merges
from curation.datasets.entries import Entry, make_rows
from curation.datasets.finding import unique_name
from curation.datasets.from_fiftyone.boxes import cut_out, read_boxes
from curation.datasets.from_fiftyone.labels import DETECTIONS, kind_of, labels_of
from curation.datasets.from_fiftyone.splits import splits_of_samples
from curation.datasets.rows import Rows
from curation.words import first_few
from curation.workspace.folders import Workspace
from models.arrays import FloatArray, Progress
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


def read_fiftyone(
    source: str,
    workspace: Workspace,
    seed: int,
    progress: Progress | None = None,
    merges: Mapping[str, str] | None = None,
) -> tuple[DatasetSpec, Rows]:
    """Return the images of a FiftyOne dataset with the labels of a field.

    The field holds Classification, Classifications with one entry, text, or Detections: then each box is an image.

    Args:
        source: `DATASET`, labels in `ground_truth`, or `DATASET/FIELD`.
        workspace: its database, unless FIFTYONE_DATABASE_URI names another.
        seed: decides the splits where the dataset has none. The split of a sample stands in a field, as `split`, else
            in its tags.
        progress: told (boxes done, boxes) while boxes are cut out.
        merges: class -> the class that it is read as, in place of those noted in the workspace.

    Raises:
        ErrataError: there is no such dataset or field, a sample has no label or several, or the images have no common
            folder.
    """
    dataset_name, _, field = source.partition("/")
    name, field = name_of(source, workspace), field or names.GIVEN
    dataset = store.load_dataset(workspace, dataset_name)
    kind = kind_of(dataset, field)
    (paths,) = store.read_values(dataset, ["filepath"])
    if not paths:
        raise ErrataError(f"FiftyOne dataset {dataset_name!r} cannot be audited: it is empty")
    notices: list[str] = []
    root = _common_folder(dataset_name, paths)
    splits = splits_of_samples(dataset, paths, notices)
    if kind == DETECTIONS:
        boxes = read_boxes(dataset, field, paths, splits, seed)
        root, entries = cut_out(boxes, workspace.unpacked, name, notices, progress)
    else:
        labels = labels_of(dataset, field, kind, paths)
        inside = [Path(path).relative_to(root).as_posix() for path in paths]
        entries = [Entry(*entry) for entry in zip(inside, labels, splits, strict=True)]
    merges = noted_merges(workspace, name) if merges is None else merges
    rows = make_rows(root, entries, (), (), seed, notices, merges)
    return DatasetSpec(name, f"FiftyOne dataset {dataset_name}", "folder", root, "not stated", _full(source)), rows


def _common_folder(name: str, paths: Sequence[str]) -> Path:
    """Return the deepest folder that holds all images; the FiftyOne App may show all files in it."""
    root = Path(os.path.commonpath([Path(path).parent for path in paths]))
    if root == Path(root.anchor):
        raise ErrataError(f"the images of FiftyOne dataset {name!r} have no folder in common; move them below one")
    return root


def read_logits(source: str, workspace: Workspace, rows: Rows, notices: list[str]) -> Predictions:
    """Return the predictions in the classification field `DATASET/FIELD`, from its logits, of images that have them.

    Args:
        source: `DATASET/FIELD`.
        workspace: its database, unless FIFTYONE_DATABASE_URI names another.
        rows: the images.
        notices: gets a sentence where the logits are in another order than the classes.

    Raises:
        ErrataError: there is no such dataset or field, or no image of the data set has one logit a class.
    """
    dataset_name, _, field = source.partition("/")
    if not field:
        raise ErrataError(f"fiftyone:{source} names no field; write --predictions fiftyone:DATASET/FIELD")
    dataset = store.load_dataset(workspace, dataset_name)
    store.check_classification(dataset, field)
    paths, logits, labels = store.read_values(dataset, ["filepath", names.logits_of(field), names.label_of(field)])
    with_logits = [place for place, values in enumerate(logits) if values is not None]
    by_path = {os.path.realpath(paths[place]): logits[place] for place in with_logits}
    label_of = {os.path.realpath(paths[place]): labels[place] for place in with_logits}
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
    top_labels = [label_of[path] for path in wanted if path in by_path]
    order = _order_of_logits(f"{dataset_name}/{field}", np.array(found_logits), top_labels, rows.classes)
    if order != sorted(order):
        notices.append("Its logits are in another order than the classes, which is read from their labels.")
    probs = checked_probs(softmax(np.array(found_logits, np.float32)[:, order]), len(rows.classes))
    return Predictions(rows.image_ids[there], probs, None, None)


def _order_of_logits(
    source: str, logits: FloatArray, labels: Sequence[str | None], classes: tuple[str, ...]
) -> list[int]:
    """Return the place of each class in the logits: that of the class order, unless the labels say otherwise.

    FiftyOne does not say which class a logit is of, but the label of a sample is that of its largest logit.

    Args:
        source: of the logits, for messages.
        logits: shape (N, K).
        labels: predicted class of each, None where it has none, N.
        classes: K.

    Raises:
        ErrataError: the labels fit no order of the classes.
    """
    votes = [(place, label) for place, label in zip(logits.argmax(1).tolist(), labels, strict=True) if label]
    strange = sorted({label for _, label in votes} - set(classes))
    if strange:
        are = "are no classes" if strange[1:] else "is no class"
        raise ErrataError(f"{source} predicts {first_few(strange)}, which {are} of this data set; map them first")
    wrong = [(place, label) for place, label in votes if classes[place] != label]
    if not wrong:
        return list(range(len(classes)))
    place_of = {label: place for place, label in votes}
    fits = all(place_of[label] == place for place, label in votes) and len(set(place_of.values())) == len(place_of)
    if fits and len(place_of) >= len(classes) - 1:
        left = [place for place in range(len(classes)) if place not in place_of.values()]
        return [place_of.get(name, left[0] if left else 0) for name in classes]
    place, label = wrong[0]
    raise ErrataError(
        f"{source}: for {len(wrong)} of {len(votes)} images the label is not the class of the largest logit (the label "
        f"{label!r} where the largest is that of {classes[place]!r} in the order {', '.join(classes)}); write the "
        "logits in that order"
    )
