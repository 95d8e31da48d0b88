"""Predictions of a model trained elsewhere: from .npz, CSV, or a field of a FiftyOne dataset."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from curation.audit.foreign.classes import exchanged
from curation.audit.foreign.csv_file import read_csv
from curation.audit.foreign.ids import NOT_THERE, rows_of_ids
from curation.audit.foreign.npz_file import read_npz, refused_pickle
from curation.datasets.opening import FIFTYONE
from curation.datasets.rows import Rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.predictions import Predictions

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
    readers: dict[str, Callable[[Path, Rows, list[str]], Predictions]] = {
        ".npz": partial(read_npz, scratch=workspace.runs),
        ".csv": read_csv,
    }
    if not path.is_file():
        raise ErrataError(f"no predictions file at {path.absolute()}; check the path")
    if path.suffix.lower() in _PICKLED:
        raise refused_pickle(path.name)
    if path.suffix.lower() not in readers:
        raise ErrataError(f"predictions file {path.name} is neither .npz nor .csv; write one of the two")
    read = readers[path.suffix.lower()]

    def for_rows(rows: Rows) -> Foreign:
        with _in(path):
            notices: list[str] = []
            return _for_rows(path, read(path, rows, notices), rows, notices, workspace.runs)

    return _name(path.stem), for_rows


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


def _for_rows(path: Path, predictions: Predictions, rows: Rows, notices: list[str], scratch: Path) -> Foreign:
    """Return the predictions for the images that they cover, in the order of the rows."""
    if not len(predictions.image_ids):
        raise ErrataError(f"{path} has no prediction for {len(rows)} of {len(rows)} images; add them")
    found, said = rows_of_ids(predictions.image_ids.tolist(), rows)
    known = np.flatnonzero(found != NOT_THERE)
    take = known[np.argsort(found[known], kind="stable")]
    ordered = replace(predictions.take(take, scratch), image_ids=rows.image_ids[found[take]])
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
