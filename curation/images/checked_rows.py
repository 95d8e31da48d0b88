"""The readable images of a data set, with the facts that reading them gave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from models.arrays import BoolArray, IntArray
from models.files.atomic import read_json, write_json
from models.files.npz import read_arrays, write_arrays

METHOD = 2  # raised when reading the same file gives another hash or size: images are then decoded again


@dataclass(frozen=True)
class CheckedRows:
    """The N readable images of a data set, with the facts that reading them gave."""

    rows: Rows
    sha256s: npt.NDArray[np.str_]  # (N,)
    hashes: npt.NDArray[np.uint64]  # (N,) perceptual
    sizes_px: IntArray  # (N, 2) width, height
    skipped: tuple[tuple[str, str], ...]  # image_id, problem
    method: int = METHOD  # that read the images
    readings: npt.NDArray[np.str_] | None = None  # (N,) words of `models.images.tone`; None: not known

    @property
    def contents(self) -> npt.NDArray[np.str_]:
        """Keys of the pixels, shape (N,): the hash of the file, with the reading where that was chosen by content.

        Pixels and features are kept under them. A file that an earlier Errata read otherwise has another key.
        """
        if self.readings is None or not (self.readings != "").any():
            return self.sha256s
        pairs = zip(self.sha256s.tolist(), self.readings.tolist(), strict=True)
        return np.array([f"{sha256}-{reading.replace(' ', '-')}" if reading else sha256 for sha256, reading in pairs])

    def where(self, keep: BoolArray) -> "CheckedRows":
        """Return the images for which `keep`, shape (N,), is true."""
        return replace(
            self,
            rows=self.rows.where(keep),
            sha256s=self.sha256s[keep],
            hashes=self.hashes[keep],
            sizes_px=self.sizes_px[keep],
            readings=None if self.readings is None else self.readings[keep],
        )

    def save(self, folder: Path) -> None:
        """Write rows.npz and, last, rows.json."""
        write_arrays(
            folder / "rows.npz",
            image_ids=self.rows.image_ids,
            labels=self.rows.labels,
            splits=self.rows.splits,
            sha256s=self.sha256s,
            hashes=self.hashes,
            sizes_px=self.sizes_px,
            method=np.array(self.method),
            **({} if self.readings is None else {"readings": self.readings}),
        )
        facts: dict[str, Any] = {"root": str(self.rows.root), "classes": list(self.rows.classes)}
        facts |= {"skipped": self.skipped, **({"merged": dict(self.rows.merged)} if self.rows.merged else {})}
        write_json(folder / "rows.json", facts)

    @classmethod
    def load(cls, folder: Path) -> "CheckedRows":
        """Read what `save` wrote.

        Raises:
            ErrataError: a file is missing or damaged.
        """
        facts, arrays = read_json(folder / "rows.json"), read_arrays(folder / "rows.npz")
        root, classes = Path(facts["root"]), tuple(facts["classes"])
        merged = tuple((str(name), str(now)) for name, now in facts.get("merged", {}).items())
        rows = Rows(root, classes, arrays["image_ids"], arrays["labels"], arrays["splits"], merged=merged)
        skipped = tuple((image_id, problem) for image_id, problem in facts["skipped"])
        return cls(
            rows,
            arrays["sha256s"],
            arrays["hashes"],
            arrays["sizes_px"],
            skipped,
            method_of(arrays),
            arrays.get("readings"),
        )


def method_of(arrays: Mapping[str, npt.NDArray[Any]]) -> int:
    """Return the method that read the images of a rows.npz; the first of version 0.1, which did not note it."""
    return int(arrays.get("method", 1))
