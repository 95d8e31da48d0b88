"""Predictions made elsewhere in a CSV: a line an image, a column a class."""

import re
from pathlib import Path

import numpy as np

from curation.audit.foreign.classes import order_of_columns
from curation.audit.foreign.ids import IDS
from curation.audit.foreign.values import checked_folds, probabilities_of
from curation.datasets.rows import Rows
from curation.datasets.tables.delimited import read_delimited
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions

_NO_CLASSES = ("", "index", "unnamed: 0", "label", "labels", "split", "target", "pred", "prediction", "predicted")


def read_csv(path: Path, rows: Rows, notices: list[str]) -> Predictions:
    """Return the predictions with images in the file's order."""
    (header, lines), classes = _lines(path, notices), rows.classes
    plain = [name.strip().lower() for name in header]
    id_column = next((plain.index(name) for name in IDS if name in plain), None)
    if id_column is None:
        raise ErrataError(
            f"{path} has the columns {', '.join(header) or '(none)'}; it needs image_id and one for each class"
        )
    fold_column = plain.index("fold") if "fold" in plain and "fold" not in classes else None
    places = [place for place in range(len(header)) if place not in (id_column, fold_column)]
    kept = [place for place in places if header[place] in classes or plain[place] not in _NO_CLASSES]
    if ignored := [header[place] for place in places if place not in kept and header[place].strip()]:
        notices.append(f"Its columns {', '.join(ignored)} are left out.")
    order = order_of_columns(_without_prefix([header[place] for place in kept], classes), classes, notices)
    try:
        probs = np.array([[float(row[kept[place]]) for place in order] for row in lines], np.float64)
        fold = None
        if fold_column is not None:
            fold = np.array([float(row[fold_column] or NO_FOLD) for row in lines])
    except (IndexError, ValueError) as error:  # IndexError: a line with too few cells
        raise ErrataError(f"{path} has a value that is not a number ({error}); correct it") from error
    ids = np.array([row[id_column] for row in lines], np.str_)
    values = probabilities_of(probs.reshape(-1, len(classes)), len(classes), "probs", notices)
    return Predictions(ids, values, None, checked_folds(path, fold))


def _lines(path: Path, notices: list[str]) -> tuple[list[str], list[list[str]]]:
    """Return the header of a CSV and its lines, read as tables of labels are; decimal commas become points."""
    if not path.stat().st_size:
        return [], []
    grid = read_delimited(path, lambda names: any(name.lower() in IDS for name in names))
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
