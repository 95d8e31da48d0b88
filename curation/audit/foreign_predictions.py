"""Predictions of a model trained elsewhere: from .npz, CSV, or a field of a FiftyOne dataset."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.audit.foreign.classes import class_order, exchanged, order_without_names
from curation.audit.foreign.ids import NOT_THERE, as_texts, rows_of_ids
from curation.audit.foreign.values import as_probabilities
from curation.datasets.opening import FIFTYONE
from curation.datasets.rows import Rows
from curation.datasets.tables.delimited import read_delimited
from curation.workspace.folders import Workspace
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.files.npz import read_arrays

_IDS = ("image_ids", "image_id", "filepath", "filepaths", "path", "paths", "filename", "filenames", "file", "ids", "id")
_CLASSES = ("classes", "class_names")
_NO_CLASSES = ("", "index", "unnamed: 0", "label", "labels", "split", "target", "pred", "prediction", "predicted")
_WIDEST, _LONGEST = 8192, 512  # dimensions of embeddings and letters of a name that files are allowed
_TIMES, _LEAST_BYTES = 2, 1 << 28  # how many times the images of the data set a file may hold, and bytes of any file
_MOST_FOLDS = 10_000
_LARGEST = 1e9  # value of an embedding: the sum of 8,192 squares stays far below the largest float32
_PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")


@dataclass(frozen=True)
class Foreign:
    """Predictions of some images of a data set, in the order of its rows."""

    predictions: Predictions
    notices: tuple[str, ...] = ()  # how they were read where that could be meant otherwise, and warnings

    def covered(self, rows: Rows) -> Rows:
        """Return the rows that have a prediction, with what is to be said of them."""
        kept = rows.where(np.isin(rows.image_ids, self.predictions.image_ids))
        return replace(kept, notices=(*rows.notices, *self.notices))

    def left_out(self, rows: Rows, source: str) -> tuple[tuple[str, str], ...]:
        """Return name and reason of the images of a data set that have no prediction."""
        missing = rows.image_ids[~np.isin(rows.image_ids, self.predictions.image_ids)]
        return tuple((name, f"not judged: {Path(source).name} has no prediction for it") for name in missing.tolist())


def reader(source: str, workspace: Workspace) -> tuple[str, Callable[[Rows], Foreign]]:
    """Return a name for the predictions, and a function that reads them for the images of a data set.

    Args:
        source: an .npz with image_ids and probs (or logits), optionally embeddings, fold and classes; a CSV with
            image_id, one column for each class and optionally fold; or `fiftyone:DATASET/FIELD`.
        workspace: holds FiftyOne's database.

    Raises:
        ErrataError: there is no such file, or its suffix is neither .npz nor .csv.
    """
    if source.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone.reading import read_logits

        handle = source.removeprefix(FIFTYONE)

        def of_field(rows: Rows) -> Foreign:
            notices: list[str] = []
            return _told(handle, read_logits(handle, workspace, rows, notices), rows, notices)

        return _name(handle), of_field
    path = Path(source)
    readers = {".npz": _read_npz, ".csv": _read_csv}
    if not path.is_file():
        raise ErrataError(f"no predictions file at {path.absolute()}; check the path")
    if path.suffix.lower() in _PICKLED:
        raise _pickled(path.name)
    if path.suffix.lower() not in readers:
        raise ErrataError(f"predictions file {path.name} is neither .npz nor .csv; write one of the two")
    read = readers[path.suffix.lower()]

    def for_rows(rows: Rows) -> Foreign:
        with _in(path):
            notices: list[str] = []
            return _for_rows(path, read(path, rows, notices), rows, notices)

    return _name(path.stem), for_rows


def _pickled(name: str) -> ErrataError:
    return ErrataError(
        f"{name} is a file of torch.save or pickle, which may hold any program and is not opened; "
        "write the numbers with numpy.savez(FILE, image_ids=…, probs=…, classes=…)"
    )


@contextmanager
def _in(path: Path) -> Iterator[None]:
    """Begin the sentences of errors with the name of the file."""
    try:
        yield
    except ErrataError as error:
        said = str(error)
        raise (error if str(path) in said else ErrataError(f"{path} {said}")) from error


def _name(text: str) -> str:
    """Return the name of the model; its prefix keeps its fields apart from other fields and from architectures."""
    return "model_" + (re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")[:20] or "predictions")


def _read_npz(path: Path, rows: Rows, notices: list[str]) -> Predictions:
    """Return the predictions with images in the file's order and classes in the data set's order."""
    arrays, classes = _arrays(path, rows), rows.classes
    values = "logits" if "probs" not in arrays and "logits" in arrays else "probs"
    id_name = next((name for name in _IDS if name in arrays), None)
    if id_name is None or values not in arrays:
        raise ErrataError(
            f"{path} holds {', '.join(_names(path)) or 'nothing'}; it needs the arrays image_ids and probs"
        )
    ids = arrays[id_name]
    if ids.ndim != 1:
        raise ErrataError(f"{path}: {id_name} has shape {ids.shape}; it needs one name for each image")
    for name, dimensions in {values: 2, "embeddings": 2, "fold": 1}.items():
        shape = arrays[name].shape if name in arrays else (len(ids),) * dimensions
        if len(shape) != dimensions or shape[0] != len(ids):
            raise ErrataError(
                f"{path}: {name} has shape {shape}; expected {dimensions} dimensions, the first of {len(ids)} images"
            )
    probs, columns = arrays[values], next((arrays[name] for name in _CLASSES if name in arrays), None)
    if columns is not None:
        if columns.ndim != 1:
            raise ErrataError(f"{path} names classes in an array of shape {columns.shape}; it needs a list of names")
        if len(columns) != probs.shape[1]:
            raise ErrataError(f"{path} names {len(columns)} classes for the {probs.shape[1]} columns of {values}")
        probs = probs[:, _order(_class_names(columns), classes, notices)]
    elif probs.shape[1] == len(classes):
        _note(notices, order_without_names(classes))
    return Predictions(
        np.array(as_texts(ids), np.str_),
        _probs(probs, len(classes), values, notices),
        _embeddings(path, arrays.get("embeddings")),
        _fold(path, arrays.get("fold")),
    )


def _arrays(path: Path, rows: Rows) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an .npz file that predictions may have; others in it do not matter.

    The file may be of a larger set of images, and may not unpack to more than predictions of that can take.
    """
    an_image = 8 * (2 * len(rows.classes) + _WIDEST) + 4 * _LONGEST
    most = _LEAST_BYTES + _TIMES * len(rows) * an_image
    try:
        return read_arrays(path, (*_IDS, *_CLASSES, "probs", "logits", "embeddings", "fold"), most_bytes=most)
    except ErrataError as error:
        with path.open("rb") as file:
            head = file.read(4096)
        if b"/data.pkl" in head or b"archive/" in head or head[:1] == b"\x80":
            raise _pickled(path.name) from error
        raise


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as file:
        return sorted(name.removesuffix(".npy") for name in file.namelist())


def _class_names(columns: npt.NDArray[Any]) -> list[str]:
    names = columns.tolist()
    return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]


def _order(names: list[str], classes: tuple[str, ...], notices: list[str]) -> list[int]:
    order, notice = class_order(names, classes)
    _note(notices, notice)
    return order


def _note(notices: list[str], notice: str) -> None:
    if notice:
        notices.append(notice)


def _probs(values: npt.NDArray[Any], n_classes: int, name: str, notices: list[str]) -> FloatArray:
    try:
        probs, notice = as_probabilities(values, n_classes, name)
    except ErrataError as error:
        raise ErrataError(f"cannot be read: {error}") from error
    _note(notices, notice)
    return probs


def _embeddings(path: Path, values: npt.NDArray[Any] | None) -> FloatArray | None:
    if values is None:
        return None
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all() or values.shape[1] == 0:
        raise ErrataError(
            f"{path}: embeddings must be finite numbers, at least one for each image; leave them out or fix them"
        )
    if (largest := max(float(values.max(initial=0)), -float(values.min(initial=0)))) > _LARGEST:
        raise ErrataError(
            f"{path}: embeddings hold values up to {largest:.3g}, which their distances cannot be computed of; "
            f"divide them, so that none is above {_LARGEST:.0e}, or leave them out"
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
        or (values >= _MOST_FOLDS).any()
    ):
        raise ErrataError(
            f"{path}: fold must hold whole numbers below {_MOST_FOLDS:,}, {NO_FOLD} where no model trained on the image"
        )
    return values.astype(np.int64)


def _read_csv(path: Path, rows: Rows, notices: list[str]) -> Predictions:
    """Return the predictions with images in the file's order."""
    (header, lines), classes = _lines(path, notices), rows.classes
    plain = [name.strip().lower() for name in header]
    id_column = next((plain.index(name) for name in _IDS if name in plain), None)
    if id_column is None:
        raise ErrataError(
            f"{path} has the columns {', '.join(header) or '(none)'}; it needs image_id and one for each class"
        )
    fold_column = plain.index("fold") if "fold" in plain and "fold" not in classes else None
    places = [place for place in range(len(header)) if place not in (id_column, fold_column)]
    kept = [place for place in places if header[place] in classes or plain[place] not in _NO_CLASSES]
    if ignored := [header[place] for place in places if place not in kept and header[place].strip()]:
        _note(notices, f"Its columns {', '.join(ignored)} are left out.")
    order = _order(_without_prefix([header[place] for place in kept], classes), classes, notices)
    try:
        probs = np.array([[float(row[kept[place]]) for place in order] for row in lines], np.float64)
        fold = None
        if fold_column is not None:
            fold = np.array([float(row[fold_column] or NO_FOLD) for row in lines])
    except (IndexError, ValueError) as error:  # IndexError: a line with too few cells
        raise ErrataError(f"{path} has a value that is not a number ({error}); correct it") from error
    ids = np.array([row[id_column] for row in lines], np.str_)
    values = _probs(probs.reshape(-1, len(classes)), len(classes), "probs", notices)
    return Predictions(ids, values, None, _fold(path, fold))


def _lines(path: Path, notices: list[str]) -> tuple[list[str], list[list[str]]]:
    """Return the header of a CSV and its lines, read as tables of labels are; decimal commas become points."""
    if not path.stat().st_size:
        return [], []
    grid = read_delimited(path, lambda names: any(name.lower() in _IDS for name in names))
    if grid.headless:
        return [], []
    notices += [f"It is {reading}." for reading in grid.reading]
    decimals = re.compile(r"^(-?\d*),(\d+)$")
    return list(grid.header), [[decimals.sub(r"\1.\2", cell) for cell in cells] for _, cells in grid.lines]


def _without_prefix(names: list[str], classes: tuple[str, ...]) -> list[str]:
    """Return `cat` for `prob_cat`, where the same beginning on every column hides the names of the classes."""
    for prefix in {name[: -len(last)] for name in names[:1] for last in classes if name.endswith(last)}:
        cut = [name.removeprefix(prefix) for name in names]
        if prefix and all(name.startswith(prefix) for name in names) and sorted(cut) == sorted(classes):
            return cut
    return names


def _for_rows(path: Path, predictions: Predictions, rows: Rows, notices: list[str]) -> Foreign:
    """Return the predictions for the images that they cover, in the order of the rows."""
    if not len(predictions.image_ids):
        raise ErrataError(f"{path} has no prediction for {len(rows)} of {len(rows)} images; add them")
    found, said = rows_of_ids(predictions.image_ids.tolist(), rows)
    known = np.flatnonzero(found != NOT_THERE)
    take = known[np.argsort(found[known], kind="stable")]
    here = found[take]
    embeddings, fold = predictions.embeddings, predictions.fold
    ordered = Predictions(
        rows.image_ids[here],
        predictions.probs[take],
        None if embeddings is None else embeddings[take],
        None if fold is None else fold[take],
    )
    return _told(path.name, ordered, rows, [*notices, *said])


def _told(source: str, predictions: Predictions, rows: Rows, notices: list[str]) -> Foreign:
    """Return the predictions with what is to be said of them."""
    covered = np.isin(rows.image_ids, predictions.image_ids)
    missing = int((~covered).sum())
    if missing:
        notices = [*notices, f"Of {len(rows):,} images, {missing:,} have no prediction in it and are not judged."]
    warning = exchanged(rows.labels[covered], predictions.probs.argmax(1), rows.classes)
    said = [f"{source}: {notice}" for notice in (*notices, warning) if notice]
    return Foreign(predictions, tuple(said))
