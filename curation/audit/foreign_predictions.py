"""Predictions of a model trained elsewhere: from .npz, CSV, or a field of a FiftyOne dataset."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.datasets.opening import FIFTYONE
from curation.datasets.rows import Rows
from curation.workspace.folders import Workspace
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions, checked_probs
from models.files.npz import read_arrays


def reader(source: str, workspace: Workspace) -> tuple[str, Callable[[Rows], Predictions]]:
    """Return a name for the predictions, and a function that reads them for the images of a data set.

    Args:
        source: an .npz with image_ids (or image_id) and probs, optionally embeddings, fold and classes; a CSV with
            image_id, one column for each class and optionally fold; or `fiftyone:DATASET/FIELD`.
        workspace: holds FiftyOne's database.

    Raises:
        ErrataError: there is no such file, or its suffix is neither .npz nor .csv.
    """
    if source.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone import read_logits

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
    """Return the name of the model; its prefix keeps its fields apart from other fields and from architectures."""
    return "model_" + (re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")[:20] or "predictions")


def _read_npz(path: Path, classes: tuple[str, ...]) -> Predictions:
    """Return the predictions with images in the file's order and classes in the data set's order."""
    arrays = read_arrays(path)
    ids = arrays.get("image_ids", arrays.get("image_id"))
    if ids is None or "probs" not in arrays:
        raise ErrataError(
            f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}; it needs the arrays image_ids and probs"
        )
    for name, dimensions in {"probs": 2, "embeddings": 2, "fold": 1}.items():
        shape = arrays[name].shape if name in arrays else (len(ids),) * dimensions
        if ids.ndim != 1 or len(shape) != dimensions or shape[0] != len(ids):
            raise ErrataError(
                f"{path}: {name} has shape {shape}; expected {dimensions} dimensions, the first of {len(ids)} images"
            )
    probs = arrays["probs"]
    if "classes" in arrays:
        probs = probs[:, _order(path, [str(name) for name in arrays["classes"]], classes)]
    return Predictions(
        ids.astype(np.str_),
        _probs(path, probs, classes),
        _embeddings(path, arrays.get("embeddings")),
        _fold(path, arrays.get("fold")),
    )


def _probs(path: Path, values: npt.NDArray[Any], classes: tuple[str, ...]) -> FloatArray:
    try:
        return checked_probs(np.asarray(values, np.float32), len(classes))
    except (ErrataError, ValueError) as error:  # ValueError: text in place of numbers
        raise ErrataError(f"{path}: {error}") from error


def _embeddings(path: Path, values: npt.NDArray[Any] | None) -> FloatArray | None:
    if values is None:
        return None
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all() or values.shape[1] == 0:
        raise ErrataError(
            f"{path}: embeddings must be finite numbers, at least one for each image; leave them out or fix them"
        )
    return np.asarray(values, np.float32)


def _fold(path: Path, values: npt.NDArray[Any] | None) -> IntArray | None:
    """Return the folds; None for a model that may have seen all images."""
    if values is None:
        return None
    if (
        values.dtype.kind not in "fiu"
        or not np.isfinite(values).all()
        or (values != np.floor(values)).any()
        or (values < NO_FOLD).any()
    ):
        raise ErrataError(f"{path}: fold must hold whole numbers, {NO_FOLD} where no model trained on the image")
    return values.astype(np.int64)


def _read_csv(path: Path, classes: tuple[str, ...]) -> Predictions:
    """Return the predictions with images in the file's order."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.DictReader(file)
            header = list(lines.fieldnames or [])
            rows = list(lines)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ErrataError(f"cannot read {path}: {error}; write it as a UTF-8 CSV") from error
    if "image_id" not in header:
        raise ErrataError(
            f"{path} has the columns {', '.join(header) or '(none)'}; it needs image_id and one for each class"
        )
    columns = [name for name in header if name not in ("image_id", "fold")]
    order = _order(path, columns, classes)
    try:
        probs = np.array([[float(row[columns[place]]) for place in order] for row in rows], np.float32)
        fold = np.array([float(row["fold"] or NO_FOLD) for row in rows]) if "fold" in header else None
    except (TypeError, ValueError) as error:  # TypeError: a line with too few cells
        raise ErrataError(f"{path} has a value that is not a number ({error}); correct it") from error
    ids = np.array([row["image_id"] for row in rows], np.str_)
    return Predictions(ids, _probs(path, probs.reshape(-1, len(classes)), classes), None, _fold(path, fold))


def _order(path: Path, names: list[str], classes: tuple[str, ...]) -> list[int]:
    """Return the place of each class in the file."""
    if sorted(names) != sorted(classes):
        raise ErrataError(f"{path} has the classes {', '.join(names)}; the data set has {', '.join(classes)}")
    return [names.index(name) for name in classes]


def _for_rows(path: Path, predictions: Predictions, rows: Rows) -> Predictions:
    """Return the predictions for exactly these images, in their order."""
    place = {str(name): index for index, name in enumerate(predictions.image_ids)}
    if len(place) < len(predictions.image_ids):
        raise ErrataError(f"{path} names an image twice; keep one line for each image_id")
    absent = [str(name) for name in rows.image_ids if str(name) not in place]
    if absent:
        raise ErrataError(
            f"{path} has no prediction for {len(absent)} of {len(rows)} images, such as {absent[0]}; add them"
        )
    take = np.array([place[str(name)] for name in rows.image_ids], np.int64)
    embeddings, fold = predictions.embeddings, predictions.fold
    return Predictions(
        rows.image_ids,
        predictions.probs[take],
        None if embeddings is None else embeddings[take],
        None if fold is None else fold[take],
    )
