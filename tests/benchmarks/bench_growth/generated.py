"""Audits of any number of images that exist only as arrays: labels, a tenth of them wrong, and what models say."""

from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.audit.config import AuditConfig
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.findings import judge_labels
from curation.scoring.scores import rank
from models.arrays import ByteArray, FloatArray, IntArray
from models.figures.predictions import Predictions

CLASSES = 10
EMBEDDING = 64  # columns of the embeddings
WIDE = 1_280  # columns of the features of a network
_COPIES = 0.02  # share of the images that are near copies of the image before them
_BITS = 3  # in which the hashes of near copies differ


class Generated:
    """N images that need no file; the same N, the same images."""

    def __init__(self, n: int, folder: Path, n_classes: int = CLASSES, width: int = EMBEDDING):
        """Draw nothing yet.

        Args:
            n: number of images.
            folder: workspace of the audit.
            n_classes: K.
            width: columns of the embeddings.
        """
        self.n, self.folder, self.n_classes, self.width = n, folder, n_classes, width

    @cached_property
    def true(self) -> IntArray:
        """What the images show, shape (N,)."""
        return np.random.default_rng(0).integers(0, self.n_classes, self.n)

    @cached_property
    def labels(self) -> IntArray:
        """Labels as given, shape (N,)."""
        draws = np.random.default_rng(1)
        return np.where(draws.random(self.n) < 0.1, draws.integers(0, self.n_classes, self.n), self.true)

    @cached_property
    def probs(self) -> FloatArray:
        """What a network says, shape (N, K)."""
        probs = np.random.default_rng(2).random((self.n, self.n_classes), dtype=np.float32)
        probs[np.arange(self.n), self.true] += 1.5 * self.n_classes
        probs /= probs.sum(1, keepdims=True)
        return probs

    @cached_property
    def quality(self) -> FloatArray:
        """Label quality, shape (N,), in [0, 1]."""
        return np.asarray(self.probs[np.arange(self.n), self.labels], np.float32)

    @cached_property
    def embeddings(self) -> FloatArray:
        """Embeddings of a frozen backbone, shape (N, width); near copies have nearly those of their original."""
        draws = np.random.default_rng(3)
        features = draws.standard_normal((self.n, self.width), dtype=np.float32)
        features += draws.standard_normal((self.n_classes, self.width), dtype=np.float32)[self.true]
        copies = self.copies
        features[copies] = features[copies - 1] + 0.05 * features[copies]
        return features

    @cached_property
    def wide(self) -> FloatArray:
        """Features as wide as a network's, shape (N, 1280), mapped from a file; never in memory as a whole."""
        draws, path = np.random.default_rng(6), self.folder / "wide.npy"
        centres = draws.standard_normal((self.n_classes, WIDE), dtype=np.float32) / 4
        header = {"descr": "<f4", "fortran_order": False, "shape": (self.n, WIDE)}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, self.n, 4_096):
                true = self.true[start : start + 4_096]
                file.write((draws.standard_normal((len(true), WIDE), dtype=np.float32) + centres[true]).tobytes())
        features: FloatArray = np.load(path, mmap_mode="r")
        return features

    @cached_property
    def copies(self) -> IntArray:
        """Rows that are near copies of the row before them."""
        return np.arange(1, self.n, int(1 / _COPIES))

    @cached_property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """Perceptual hashes, shape (N,)."""
        draws = np.random.default_rng(4)
        hashes = draws.integers(0, 2**64, self.n, dtype=np.uint64)
        flips = np.uint64(1) << draws.integers(0, 64, (len(self.copies), _BITS), dtype=np.uint64)
        hashes[self.copies] = hashes[self.copies - 1] ^ np.bitwise_or.reduce(flips, axis=1)
        return hashes

    def thumbnails(self, rows: IntArray) -> ByteArray:
        """Return noise, the same for near copies, uint8, shape (R, 64, 64, 3)."""
        shown = np.where(np.isin(rows, self.copies), rows - 1, rows)
        pictures = np.stack([_noise(row) for row in shown.tolist()])
        return np.repeat(pictures[..., None], 3, axis=-1)

    @cached_property
    def sha256s(self) -> npt.NDArray[np.str_]:
        """Contents, shape (N,), all different."""
        draws = np.random.default_rng(5).integers(0, 2**63, (self.n, 4))
        return np.array([f"{a:016x}{b:016x}{c:016x}{d:016x}" for a, b, c, d in draws.tolist()])

    @cached_property
    def checked(self) -> CheckedRows:
        """The images as an audit reads them."""
        names = np.array([f"class{label}/{row:07d}.jpg" for row, label in enumerate(self.labels.tolist())])
        splits = np.where(np.arange(self.n) % 5 == 0, "test", "train").astype("<U5")
        classes = tuple(f"class{label}" for label in range(self.n_classes))
        rows = Rows(Path("/nowhere"), classes, names, self.labels, splits)
        return CheckedRows(rows, self.sha256s, self.hashes, np.full((self.n, 2), 64), ())

    @cached_property
    def duplicates(self) -> Duplicates:
        """Which are copies."""
        groups = np.arange(self.n)
        groups[self.copies] -= 1
        near = np.zeros(self.n, bool)
        near[self.copies] = near[self.copies - 1] = True
        return Duplicates(np.unique(groups, return_inverse=True)[1].astype(np.int64), np.zeros(self.n, bool), near)

    @cached_property
    def audit(self) -> Audit:
        """The audit of a network and the embeddings, without trained runs on the disk."""
        fold = (np.arange(self.n) % 5).astype(np.int64)
        predicted = Predictions(self.checked.rows.image_ids, self.probs, None, fold)
        run = self.folder / "runs" / "generated-network"
        network = ArchitectureResult("network", "network", run, predicted, rank(self.labels, self.probs))
        learn, groups = self.checked.rows.splits == "train", self.duplicates.groups
        findings = judge_labels(self.labels, self.n_classes, learn, groups, {"network": self.probs}, {})
        config = {"version": "original", "architectures": ["network"], "fiftyone_limit": AuditConfig.fiftyone_limit}
        folder = self.folder / "runs" / "audit-generated"
        return Audit("generated", folder, config, self.checked, self.duplicates, (network,), findings)

    def decisions(self, lines: int) -> list[Decision]:
        """Return so many verdicts of three reviewers, not yet in a log, on different images as long as there are."""
        rows, names = self.checked.rows, self.checked.rows.image_ids.tolist()
        labels, contents = rows.labels.tolist(), self.sha256s.tolist()
        return [
            Decision(
                f"r{line % 3}",
                names[row],
                "keep" if line % 2 else "exclude",
                label=rows.classes[labels[row]],
                sha256=contents[row],
                rank=row + 1,
            )
            for line in range(lines)
            for row in (line % self.n,)
        ]


def _noise(row: int) -> ByteArray:
    """Return a picture of coarse and fine noise, uint8, shape (64, 64)."""
    draws = np.random.default_rng(row)
    coarse = np.kron(draws.integers(0, 200, (8, 8)), np.ones((8, 8), np.int64))
    return np.asarray(coarse + draws.integers(0, 56, (64, 64)), np.uint8)
