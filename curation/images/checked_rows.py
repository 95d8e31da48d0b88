"""The readable images of a data set, with the facts that reading them gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.workspace.run_files import AUDIT_SCHEMA
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.npz import Like, read_arrays, write_arrays
from models.files.schemas import AUDIT_AGAIN, read_as

METHOD = 2  # raised when reading the same file gives another hash or size: images are then decoded again
_ARRAYS = {
    "image_ids": Like("text", ("N",)),
    "labels": Like("whole", ("N",)),
    "splits": Like("text", ("N",)),
    "sha256s": Like("text", ("N",)),
    "hashes": Like("whole", ("N",)),
    "sizes_px": Like("whole", ("N", 2)),
    "method": Like("whole", optional=True),
    "readings": Like("text", ("N",), optional=True),
}


@dataclass(frozen=True)
class _Facts:
    """What rows.json says."""

    root: str
    classes: list[str]
    skipped: list[tuple[str, str]]
    merged: dict[str, str] = field(default_factory=dict)


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
        facts |= {
            "schema_version": AUDIT_SCHEMA,
            "skipped": self.skipped,
            **({"merged": dict(self.rows.merged)} if self.rows.merged else {}),
        }
        write_json(folder / "rows.json", facts)

    @classmethod
    def load(cls, folder: Path) -> "CheckedRows":
        """Read what `save` wrote.

        Raises:
            ErrataError: a file is missing or damaged.
        """
        facts = read_as(folder / "rows.json", _Facts, AUDIT_AGAIN, newest=AUDIT_SCHEMA)
        arrays = read_arrays(folder / "rows.npz", like=_ARRAYS, advice=AUDIT_AGAIN)
        root, classes, merged = Path(facts.root), tuple(facts.classes), tuple(facts.merged.items())
        check_labels(folder / "rows.npz", arrays["labels"], len(classes))
        rows = Rows(root, classes, arrays["image_ids"], arrays["labels"], arrays["splits"], merged=merged)
        return cls(
            rows,
            arrays["sha256s"],
            arrays["hashes"],
            arrays["sizes_px"],
            tuple(facts.skipped),
            method_of(arrays),
            arrays.get("readings"),
        )


def check_labels(path: Path, labels: IntArray, n_classes: int, advice: str = AUDIT_AGAIN) -> None:
    """Raise if a label is no class.

    Raises:
        ErrataError: it is not; the sentence names the file.
    """
    if len(labels) and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ErrataError(f"{path} has labels that are none of the {n_classes} classes; {advice}")


def method_of(arrays: Mapping[str, npt.NDArray[Any]]) -> int:
    """Return the method that read the images of a rows.npz; the first of version 0.1, which did not note it."""
    return int(arrays.get("method", 1))
