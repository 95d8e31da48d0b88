"""What earlier commands read in images of the same content: an image is decoded once for all audits and trainings."""

from contextlib import suppress

import numpy as np

from curation.images.checked_rows import METHOD, method_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.npz import read_arrays
from models.images.check import ImageCheck

_NO_SIZES = np.empty((0, 2), np.int64)


class KnownChecks:
    """Checks of the readable images of all audits and trainings of a workspace, by today's method, found by content."""

    def __init__(self, workspace: Workspace):
        tables = [{"sha256s": np.empty(0, "<U64"), "hashes": np.empty(0, np.uint64), "sizes_px": _NO_SIZES}]
        for file in sorted(workspace.runs.glob("*/rows.npz")):
            with suppress(ErrataError):  # damaged, or removed meanwhile
                table = read_arrays(file)
                if method_of(table) == METHOD:
                    tables.append(table)
        columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
        self._hashes, self._sizes_px = columns["hashes"], columns["sizes_px"]
        self._places = {sha256: place for place, sha256 in enumerate(columns["sha256s"].tolist())}

    def get(self, sha256: str) -> ImageCheck | None:
        """Return what reading an image with this content told; None where no image with it was read."""
        place = self._places.get(sha256)
        if place is None:
            return None
        width, height = (int(side) for side in self._sizes_px[place])
        return ImageCheck(sha256, width, height, int(self._hashes[place]), None)
