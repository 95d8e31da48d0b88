"""Images that a camera, a crop or a conversion spoiled: dark, light, blurry, nearly empty, odd in size or shape, grey.

The checks, their scores and thresholds are those of cleanvision 0.3.7 (tested against it), with three exceptions: blur
is measured by how fast edges fade with size, which finds 24 of 24 blurred drawings where cleanvision's score finds 7
(docs/studies/copies.md); a grey image is known by its pixels and not by its file's mode; and what many images of a set
have in common is a property of the set and no problem.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray
from models.files.npz import Like, read_arrays, write_arrays
from models.files.schemas import AUDIT_AGAIN

# Check -> score below which an image is flagged.
THRESHOLDS = {
    "dark": 0.32,  # brightness that 99 % of the pixels stay under
    "light": 0.05,  # darkness that 95 % of the pixels stay under
    "blurry": 0.5,  # edges at 64 px by edges at 32 px: sharp photographs have 0.69 or more
    "low_information": 0.3,
    "odd_aspect_ratio": 0.35,  # shorter by longer side
    "odd_size": 0.5,
    "grayscale": 0.5,
}
CHECKS = tuple(THRESHOLDS)
COMMON = 0.2  # share of a set above which a check flags nothing: so is the set
_GREY_LEVELS = 2  # that the channels of a grey picture stored as JPEG may differ by
VALUES = 5  # of an image's pixels; see curation.images.values


@dataclass(frozen=True)
class ImageProblems:
    """The answers of the checks on N images; columns in the order of `CHECKS`."""

    scores: FloatArray  # (N, C) in [0, 1], low = bad
    flags: BoolArray  # (N, C) has the problem, which is rare in this set

    def save(self, path: Path) -> None:
        """Write scores and flags as .npz, whole or not at all."""
        write_arrays(path, scores=self.scores, flags=self.flags)

    @classmethod
    def load(cls, path: Path) -> "ImageProblems":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        shape = ("N", len(CHECKS))
        like = {"scores": Like("numbers", shape, finite=True), "flags": Like("flags", shape)}
        arrays = read_arrays(path, like=like, advice=AUDIT_AGAIN)
        return cls(arrays["scores"], arrays["flags"])

    def names(self, row: int) -> list[str]:
        """Return the problems of a row."""
        return [check for check, flag in zip(CHECKS, self.flags[row], strict=True) if flag]

    def common(self) -> dict[str, int]:
        """Return the checks that too many images fail to flag them, with the number of these images."""
        failed = np.asarray((self.scores < np.array(list(THRESHOLDS.values()), np.float32)).sum(0))
        flagged = np.asarray(self.flags.any(0))
        return {
            check: n for check, n, flag in zip(CHECKS, failed.tolist(), flagged.tolist(), strict=True) if n and not flag
        }


def find_problems(values: FloatArray, sizes_px: IntArray) -> ImageProblems:
    """Score the images and flag what is bad and rare.

    Args:
        values: as `curation.images.values.measure_images` returns them, shape (N, 5).
        sizes_px: width and height, shape (N, 2).
    """
    low, high, entropy, sharpness, colour = np.asarray(values, np.float64).reshape(-1, VALUES).T
    sides = np.sort(sizes_px, axis=1)
    scores = {
        "dark": high,
        "light": 1 - low,
        "blurry": sharpness,
        "low_information": np.minimum(0.1 * entropy, 1),
        "odd_aspect_ratio": sides[:, 0] / np.maximum(sides[:, 1], 1),
        "odd_size": _size_scores(sizes_px),
        "grayscale": (colour > _GREY_LEVELS).astype(np.float64),
    }
    table = np.clip(np.stack([scores[check] for check in CHECKS], 1), 0, 1).astype(np.float32)
    failed = table < np.array(list(THRESHOLDS.values()), np.float32)
    return ImageProblems(table, failed & (failed.mean(0) <= COMMON) if len(failed) else failed)


def _size_scores(sizes_px: IntArray) -> FloatArray:
    """Return 1 for sizes amid the set's, below 0.5 for those over three quartile ranges outside its quartiles.

    Where half of the set or more is of one size, any other is 0.49 or less.
    """
    size = np.sqrt(sizes_px.prod(1, dtype=np.float64))
    if not len(size):
        return np.asarray(size)
    low, high = np.percentile(size, [25, 75])
    middle, span = (low + high) / 2, 7 * (high - low)
    if span == 0:
        return np.asarray(np.where(size == middle, 1.0, np.minimum(0.49, 1 - np.abs(size - middle) / middle)))
    return np.asarray(1 - np.clip(np.abs(size - middle) / span, 0, 1))
