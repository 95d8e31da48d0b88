"""The readable images of a data set, with the facts that reading them gave."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from models.arrays import BoolArray, IntArray
from models.files.atomic import read_json, write_json
from models.files.npz import read_arrays, write_arrays


@dataclass(frozen=True)
class CheckedRows:
    """The N readable images of a data set, with the facts that reading them gave."""

    rows: Rows
    sha256s: npt.NDArray[np.str_]  # (N,)
    hashes: npt.NDArray[np.uint64]  # (N,) perceptual
    sizes_px: IntArray  # (N, 2) width, height
    skipped: tuple[tuple[str, str], ...]  # image_id, problem

    def where(self, keep: BoolArray) -> "CheckedRows":
        """Return the images for which `keep`, shape (N,), is true."""
        return CheckedRows(
            self.rows.where(keep), self.sha256s[keep], self.hashes[keep], self.sizes_px[keep], self.skipped
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
        )
        facts = {"root": str(self.rows.root), "classes": list(self.rows.classes), "skipped": self.skipped}
        write_json(folder / "rows.json", facts)

    @classmethod
    def load(cls, folder: Path) -> "CheckedRows":
        """Read what `save` wrote.

        Raises:
            ErrataError: a file is missing or damaged.
        """
        facts, arrays = read_json(folder / "rows.json"), read_arrays(folder / "rows.npz")
        root, classes = Path(facts["root"]), tuple(facts["classes"])
        rows = Rows(root, classes, arrays["image_ids"], arrays["labels"], arrays["splits"])
        skipped = tuple((image_id, problem) for image_id, problem in facts["skipped"])
        return cls(rows, arrays["sha256s"], arrays["hashes"], arrays["sizes_px"], skipped)
