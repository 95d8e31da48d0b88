"""Predictions of a model trained elsewhere: .npz, CSV, or a field of a FiftyOne dataset."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from curation.datasets import FIFTYONE
from curation.rows import Rows
from curation.workspace import Workspace
from models.errors import ErrataError
from models.predictions import NO_FOLD, Predictions, checked_probs


def reader(source: str, workspace: Workspace) -> tuple[str, Callable[[Rows], Predictions]]:
    """Return a name for the predictions and what reads them for the images of a data set.

    Args:
        source: an .npz with image_ids (or image_id) and probs, optionally embeddings, fold and classes; a CSV with image_id, one
            column for each class and optionally fold; or `fiftyone:DATASET/FIELD`.
        workspace: for FiftyOne's database.

    Raises:
        ErrataError: there is no such file, or its suffix is neither .npz nor .csv.
    """
    if source.startswith(FIFTYONE):
        from curation.fiftyone_source import read_logits

        handle = source.removeprefix(FIFTYONE)
        return _name(handle), lambda rows: read_logits(handle, workspace, rows)
    path = Path(source)
    readers = {".npz": _read_npz, ".csv": _read_csv}
    if not path.is_file():
        raise ErrataError(f"no predictions file at {path.absolute()}; check the path")
    if path.suffix.lower() not in readers:
        raise ErrataError(f"predictions file {path.name} is neither .npz nor .csv; write one of the two")
    read = readers[path.suffix.lower()]
    return _name(path.stem), lambda rows: _for_rows(path, read(path, rows.classes), rows)


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")[:20] or "predictions"


def _read_npz(path: Path, classes: tuple[str, ...]) -> Predictions:
    """Return the file's predictions in its own order of images, its classes in ours."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError) as error:
        raise ErrataError(f"cannot read {path}: {error}; write it with numpy.savez and no objects") from error
    ids = arrays.get("image_ids", arrays.get("image_id"))
    probs = arrays.get("probs")
    if ids is None or probs is None:
        raise ErrataError(f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}; it needs the arrays image_ids and probs")
    if "classes" in arrays:
        probs = probs[:, _order(path, [str(name) for name in arrays["classes"]], classes)]
    for name in ("probs", "embeddings", "fold"):
        if name in arrays and len(arrays[name]) != len(ids):
            raise ErrataError(f"{path}: {name} has {len(arrays[name])} rows for {len(ids)} images")
    embeddings = arrays.get("embeddings")
    fold = arrays.get("fold")
    return Predictions(
        ids.astype(np.str_),
        checked_probs(np.asarray(probs, np.float32), len(classes)),
        None if embeddings is None else np.asarray(embeddings, np.float32),
        None if fold is None else np.asarray(fold, np.int64),
    )


def _read_csv(path: Path, classes: tuple[str, ...]) -> Predictions:
    """Return the file's predictions in its own order of images."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.DictReader(file)
            header = list(lines.fieldnames or [])
            rows = list(lines)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ErrataError(f"cannot read {path}: {error}; write it as a UTF-8 CSV") from error
    if "image_id" not in header:
        raise ErrataError(f"{path} has the columns {', '.join(header) or '(none)'}; it needs image_id and one for each class")
    columns = [name for name in header if name not in ("image_id", "fold")]
    order = _order(path, columns, classes)
    try:
        probs = np.array([[float(row[columns[place]]) for place in order] for row in rows], np.float32)
        fold = np.array([int(row["fold"] or NO_FOLD) for row in rows], np.int64) if "fold" in header else None
    except (TypeError, ValueError) as error:
        raise ErrataError(f"{path} has a value that is no number ({error}); correct it") from error
    ids = np.array([row["image_id"] for row in rows], np.str_)
    return Predictions(ids, checked_probs(probs.reshape(-1, len(classes)), len(classes)), None, fold)


def _order(path: Path, found: list[str], classes: tuple[str, ...]) -> list[int]:
    """Return for each of our classes where the file has it."""
    if sorted(found) != sorted(classes):
        raise ErrataError(f"{path} has the classes {', '.join(found)}; the data set has {', '.join(classes)}")
    return [found.index(name) for name in classes]


def _for_rows(path: Path, predictions: Predictions, rows: Rows) -> Predictions:
    """Return the predictions for exactly these images, in their order."""
    place = {str(name): index for index, name in enumerate(predictions.image_ids)}
    if len(place) < len(predictions.image_ids):
        raise ErrataError(f"{path} names an image twice; keep one line for each image_id")
    absent = [str(name) for name in rows.image_ids if str(name) not in place]
    if absent:
        raise ErrataError(f"{path} has no prediction for {len(absent)} of {len(rows)} images, such as {absent[0]}; add them")
    take = np.array([place[str(name)] for name in rows.image_ids], np.int64)
    embeddings, fold = predictions.embeddings, predictions.fold
    return Predictions(
        rows.image_ids,
        predictions.probs[take],
        None if embeddings is None else embeddings[take],
        None if fold is None else fold[take],
    )
