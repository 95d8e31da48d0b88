"""What earlier commands read in images of the same content: an image is decoded once for all audits and trainings."""

from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.images.checked_rows import METHOD, method_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.npz import read_arrays
from models.images.check import ImageCheck
from models.images.grey_range import GreyRange, range_of_reading

_NOTHING: dict[str, npt.NDArray[Any]] = {
    "sha256s": np.empty(0, "<U64"),
    "hashes": np.empty(0, np.uint64),
    "sizes_px": np.empty((0, 2), np.int64),
    "readings": np.empty(0, "<U1"),
}


class KnownChecks:
    """Checks of the readable images of all audits and trainings of a workspace, by today's method, found by content."""

    def __init__(self, workspace: Workspace):
        tables = [dict(_NOTHING)]
        for file in sorted(workspace.runs.glob("*/rows.npz")):
            with suppress(ErrataError):  # damaged, or removed meanwhile
                table = read_arrays(file)
                if method_of(table) == METHOD and _NOTHING.keys() <= table.keys():
                    tables.append(table)
        columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
        self._hashes, self._sizes_px, self._readings = columns["hashes"], columns["sizes_px"], columns["readings"]
        ranges = [_range_of(reading) for reading in self._readings.tolist()]
        self._places = {key: place for place, key in enumerate(zip(columns["sha256s"].tolist(), ranges, strict=True))}

    def get(self, sha256: str, grey_range: GreyRange | None) -> ImageCheck | None:
        """Return what reading an image with this content by this range told; None where no image was read so."""
        place = self._places.get((sha256, str(grey_range or "")))
        if place is None:
            return None
        width, height = (int(side) for side in self._sizes_px[place])
        return ImageCheck(sha256, width, height, int(self._hashes[place]), None, str(self._readings[place]))


def _range_of(reading: str) -> str:
    said = range_of_reading(reading)
    return said[0] if said else ""
