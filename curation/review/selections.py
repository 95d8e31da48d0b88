"""Named selections of images: marked on the map, kept in the workspace for the review and FiftyOne."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.words import utc_text
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_as

SCHEMA_VERSION = 1
LIST = "list-"  # before the name of a selection that "Review these N" kept: a person gave it no name
KEPT_LISTS = 50  # of a data set; older ones are forgotten


@dataclass(frozen=True)
class _File:
    """What the file of a selection says."""

    dataset: str
    image_ids: tuple[str, ...]
    made_from: str
    created: str
    schema_version: int


@dataclass(frozen=True)
class Selection:
    """Some images of a data set."""

    name: str
    image_ids: tuple[str, ...]  # sorted, at least one
    made_from: str  # where they were marked, in words
    created: str  # UTC

    def rows(self, rows: Rows) -> IntArray:
        """Return the row numbers, ascending; images that the data set no longer has are left out."""
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
        ErrataError: the name is not allowed or belongs to other images, nothing is selected, or the disk is full.
    """
    path = _path(workspace, dataset, name)
    if not image_ids:
        raise ErrataError("nothing is selected; mark at least one image")
    selection = Selection(name, tuple(sorted(set(image_ids))), made_from, utc_text(datetime.now(UTC)))
    if path.exists() and load_selection(workspace, dataset, name).image_ids != selection.image_ids:
        raise ErrataError(f"selection {name!r} of {dataset} holds other images already; give it another name")
    write_json(path, {"schema_version": SCHEMA_VERSION, "dataset": dataset, **asdict(selection)})
    return selection


def keep_list(workspace: Workspace, dataset: str, image_ids: Sequence[str], made_from: str) -> Selection:
    """Keep the images of a list for their review, under a name made of where they stood; the same list has one name.

    Args:
        workspace: where it is kept.
        dataset: name of the audited data set.
        image_ids: at least one.
        made_from: where they stood, in words.

    Raises:
        ErrataError: nothing is listed, or the disk is full.
    """
    words = re.sub(r"[^a-z0-9]+", "-", made_from.lower()).strip("-")[:46].strip("-")
    name = f"{LIST}{words or 'images'}-{crc32(chr(10).join(sorted(set(image_ids))).encode()):08x}"
    selection = save_selection(workspace, dataset, name, image_ids, made_from)
    lists = [path for path in _folder(workspace, dataset).glob(f"{LIST}*.json") if path.stem != name]
    for path in sorted(lists, key=lambda path: path.stat().st_mtime_ns, reverse=True)[KEPT_LISTS - 1 :]:
        path.unlink(missing_ok=True)
    return selection


def named_selections(workspace: Workspace, dataset: str) -> tuple[str, ...]:
    """Return the names that people gave to selections of a data set, sorted."""
    return tuple(name for name in selection_names(workspace, dataset) if not name.startswith(LIST))


def load_selection(workspace: Workspace, dataset: str, name: str) -> Selection:
    """Return a selection.

    Raises:
        ErrataError: no selection has that name, or its file is damaged.
    """
    path = _path(workspace, dataset, name)
    if not path.exists():
        raise unknown("selection", name, selection_names(workspace, dataset))
    values = read_as(path, _File, "remove it and select again", newest=SCHEMA_VERSION)
    if values.dataset != dataset:
        raise ErrataError(f"{path} is not a selection of {dataset}; remove it and select again")
    return Selection(name, values.image_ids, values.made_from, values.created)


def selection_names(workspace: Workspace, dataset: str) -> tuple[str, ...]:
    """Return the names of a data set's selections, sorted."""
    return tuple(sorted(path.stem for path in _folder(workspace, dataset).glob("[!.]*.json")))


def remove_selection(workspace: Workspace, dataset: str, name: str) -> None:
    """Forget a selection; the decisions made with it stay.

    Raises:
        ErrataError: no selection has that name.
    """
    load_selection(workspace, dataset, name)
    _path(workspace, dataset, name).unlink()


def selection_stamp(workspace: Workspace, dataset: str, name: str) -> int:
    """Return when a selection was written, in nanoseconds; 0 where it does not exist."""
    path = _path(workspace, dataset, name)
    return path.stat().st_mtime_ns if path.exists() else 0


def _folder(workspace: Workspace, dataset: str) -> Path:
    return workspace.root / "selections" / checked_name("data set", dataset)


def _path(workspace: Workspace, dataset: str, name: str) -> Path:
    return _folder(workspace, dataset) / f"{checked_name('selection', name)}.json"


def inside(points: npt.NDArray[np.floating], corners: npt.NDArray[np.floating]) -> BoolArray:
    """Return which points lie inside a polygon, by the even-odd rule, shape (N,); none with less than three corners.

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
