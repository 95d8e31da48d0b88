"""Named selections of images: what somebody marked on the map, kept in the workspace for the review and FiftyOne."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.words import utc_text
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name, read_json, write_json

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Selection:
    """Some images of a data set."""

    name: str
    image_ids: tuple[str, ...]  # sorted, at least one
    made_from: str  # where they were marked, in words
    created: str  # UTC

    def rows(self, rows: Rows) -> IntArray:
        """Return the row numbers, ascending; images that the data set has no more are left out."""
        return np.flatnonzero(np.isin(rows.image_ids, np.array(self.image_ids)))


def save_selection(
    workspace: Workspace, dataset: str, name: str, image_ids: Sequence[str], made_from: str
) -> Selection:
    """Keep a selection.

    Args:
        workspace: where it is kept.
        dataset: name of the audited data set.
        name: of the selection.
        image_ids: at least one.
        made_from: where they were marked, in words.

    Raises:
        ErrataError: the name is no name or taken by other images, nothing is selected, or the disk is full.
    """
    path = _path(workspace, dataset, name)
    if not image_ids:
        raise ErrataError("nothing is selected; mark at least one image")
    found = Selection(name, tuple(sorted(set(image_ids))), made_from, utc_text(datetime.now(UTC)))
    if path.exists() and load_selection(workspace, dataset, name).image_ids != found.image_ids:
        raise ErrataError(f"selection {name!r} of {dataset} holds other images already; give it another name")
    write_json(path, {"schema_version": SCHEMA_VERSION, "dataset": dataset, **asdict(found)})
    return found


def load_selection(workspace: Workspace, dataset: str, name: str) -> Selection:
    """Return a selection.

    Raises:
        ErrataError: there is none of that name, or its file is damaged.
    """
    path = _path(workspace, dataset, name)
    if not path.exists():
        raise unknown("selection", name, selection_names(workspace, dataset))
    about = read_json(path)
    try:
        if about["schema_version"] != SCHEMA_VERSION or about["dataset"] != dataset:
            raise ValueError
        image_ids = tuple(str(one) for one in about["image_ids"])
        return Selection(name, image_ids, str(about["made_from"]), str(about["created"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ErrataError(f"{path} is no selection of {dataset}; remove it and select again") from error


def selection_names(workspace: Workspace, dataset: str) -> tuple[str, ...]:
    """Return the names of a data set's selections, sorted."""
    return tuple(sorted(path.stem for path in _folder(workspace, dataset).glob("[!.]*.json")))


def remove_selection(workspace: Workspace, dataset: str, name: str) -> None:
    """Forget a selection; the decisions made with it stay.

    Raises:
        ErrataError: there is none of that name.
    """
    load_selection(workspace, dataset, name)
    _path(workspace, dataset, name).unlink()


def selection_stamp(workspace: Workspace, dataset: str, name: str) -> int:
    """Return when a selection was written, in nanoseconds; 0 where there is none."""
    path = _path(workspace, dataset, name)
    return path.stat().st_mtime_ns if path.exists() else 0


def _folder(workspace: Workspace, dataset: str) -> Path:
    return workspace.root / "selections" / checked_name("data set", dataset)


def _path(workspace: Workspace, dataset: str, name: str) -> Path:
    return _folder(workspace, dataset) / f"{checked_name('selection', name)}.json"


def inside(points: npt.NDArray[np.floating], corners: npt.NDArray[np.floating]) -> BoolArray:
    """Return which points lie inside, by the even-odd rule, shape (N,); none of fewer than three corners.

    Args:
        points: shape (N, 2).
        corners: in the order in which they were drawn, shape (C, 2); the last is joined to the first.

    Source: crossing number, Shimrat 1962, doi:10.1145/368637.368653.
    """
    within = np.zeros(len(points), bool)
    if len(corners) < 3:
        return within
    x, y = np.asarray(points, np.float64).T
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if ay != by:
            within ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return within
