"""Predictions made elsewhere in an .npz file, which may hold no program and unpack to no more than they can take."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.audit.foreign.classes import order_of_columns, order_without_names
from curation.audit.foreign.ids import IDS, as_texts
from curation.audit.foreign.values import checked_embeddings, checked_folds, probabilities_of
from curation.datasets.rows import Rows
from models.errors import ErrataError
from models.figures.predictions import Predictions
from models.files.npz import read_arrays

_CLASSES = ("classes", "class_names")
_WIDEST, _LONGEST = 8192, 512  # dimensions of embeddings and letters of a name that files are allowed
_TIMES, _LEAST_BYTES = 2, 1 << 28  # how many times the images of the data set a file may hold, and bytes of any file


def read_npz(path: Path, rows: Rows, notices: list[str], scratch: Path) -> Predictions:
    """Return the predictions with images in the file's order and classes in the data set's order.

    Large arrays lie in files without a name in the folder `scratch`: the file itself may change meanwhile.
    """
    arrays, classes = _arrays(path, rows, scratch), rows.classes
    values = "logits" if "probs" not in arrays and "logits" in arrays else "probs"
    id_name = next((name for name in IDS if name in arrays), None)
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
        probs = probs[:, order_of_columns(_class_names(columns), classes, notices)]
    elif probs.shape[1] == len(classes):
        notices += [notice for notice in [order_without_names(classes)] if notice]
    return Predictions(
        np.array(as_texts(ids), np.str_),
        probabilities_of(probs, len(classes), values, notices),
        checked_embeddings(path, arrays.get("embeddings")),
        checked_folds(path, arrays.get("fold")),
    )


def _arrays(path: Path, rows: Rows, scratch: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an .npz file that predictions may have; others in it do not matter.

    The file may be of a larger set of images, and may not unpack to more than predictions of that can take.
    """
    an_image = 8 * (2 * len(rows.classes) + _WIDEST) + 4 * _LONGEST
    most = _LEAST_BYTES + _TIMES * len(rows) * an_image
    try:
        wanted = (*IDS, *_CLASSES, "probs", "logits", "embeddings", "fold")
        return read_arrays(path, wanted, most_bytes=most, scratch=scratch)
    except ErrataError as error:
        with path.open("rb") as file:
            head = file.read(4096)
        if b"/data.pkl" in head or b"archive/" in head or head[:1] == b"\x80":
            raise refused_pickle(path.name) from error
        raise


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as file:
        return sorted(name.removesuffix(".npy") for name in file.namelist())


def _class_names(columns: npt.NDArray[Any]) -> list[str]:
    names = columns.tolist()
    return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]


def refused_pickle(name: str) -> ErrataError:
    """Return the refusal of a file that may hold any program."""
    return ErrataError(
        f"{name} is a file of torch.save or pickle, which may hold any program and is not opened; "
        "write the numbers with numpy.savez(FILE, image_ids=…, probs=…, classes=…)"
    )
