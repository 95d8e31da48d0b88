"""Images that a camera, a crop or a conversion spoiled: dark, light, blurry, nearly empty, odd in size or shape, grey.

The checks, their scores and thresholds are those of cleanvision 0.3.7 (tested against it), but for three: blur is
measured by how fast edges fade with size, which finds 24 of 24 blurred drawings where cleanvision's score finds 7
(docs/results.md); a grey image is known by its pixels and not by its file's mode; and what is common in a set is how
the set is and no problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from models.ahead import cores
from models.array_files import read_arrays, write_arrays
from models.arrays import BoolArray, ByteArray, FloatArray, IntArray, Progress
from models.images import decode
from models.row_store import fill_rows

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
COMMON = 0.2  # share of a set from which on what a check finds is how the set is
_LOOKED_AT_PX = 160  # longer side: a few million pixels more tell no more
_BLUR_PX, _LEAST_PX = 64, 16  # longer side at which blur is measured; smaller images have no detail to lose
_NO_EDGES = 0.5  # grey levels, added to both: a picture without edges is not blurred
_GREY_LEVELS = 2  # by which the channels of a grey picture may differ, stored as JPEG
_WEIGHTS = np.array([0.241, 0.691, 0.068], np.float32)  # of red, green, blue in perceived brightness
_VALUES = 5  # of an image's pixels


@dataclass(frozen=True)
class ImageProblems:
    """What the checks say about N images; columns in the order of `CHECKS`."""

    scores: FloatArray  # (N, C) in [0, 1], low = bad
    flags: BoolArray  # (N, C) has the problem, and the problem is rare in this set

    def save(self, path: Path) -> None:
        """Write them as .npz, whole or not at all."""
        write_arrays(path, scores=self.scores, flags=self.flags)

    @classmethod
    def load(cls, path: Path) -> "ImageProblems":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        arrays = read_arrays(path)
        return cls(arrays["scores"], arrays["flags"])

    def names(self, row: int) -> list[str]:
        """Return the problems of a row."""
        return [check for check, flag in zip(CHECKS, self.flags[row], strict=True) if flag]

    def common(self) -> dict[str, int]:
        """Return the checks that so many images fail that nothing was flagged, with their number."""
        failed = np.asarray((self.scores < np.array(list(THRESHOLDS.values()), np.float32)).sum(0))
        flagged = np.asarray(self.flags.any(0))
        return {
            check: n for check, n, flag in zip(CHECKS, failed.tolist(), flagged.tolist(), strict=True) if n and not flag
        }


def measure_images(
    paths: Sequence[Path], sha256s: Sequence[str], folder: Path, progress: Progress | None = None
) -> FloatArray:
    """Return what the checks need of the pixels, from disk where it was measured before, memory-mapped.

    Args:
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        folder: where the values are kept.
        progress: told (images done, N).

    Returns:
        shape (N, 5), float32: brightness at the 5th and the 99th percentile, entropy in bits, sharpness, largest
        difference of the colour channels in levels.

    Raises:
        ErrataError: an image cannot be read, or the folder cannot be written.
    """

    def work(positions: IntArray) -> FloatArray:
        return np.stack([_values(paths[i]) for i in positions])

    return fill_rows(folder, sha256s, (_VALUES,), np.float32, work, 64, cores(), progress)


def find_problems(values: FloatArray, sizes_px: IntArray) -> ImageProblems:
    """Score the images and flag what is bad and rare.

    Args:
        values: as `measure_images` returns them, shape (N, 5).
        sizes_px: width and height, shape (N, 2).
    """
    low, high, entropy, sharpness, colour = np.asarray(values, np.float64).reshape(-1, _VALUES).T
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


def _values(path: Path) -> FloatArray:
    image = decode(path)
    image.thumbnail((_LOOKED_AT_PX, _LOOKED_AT_PX))
    return image_values(image)


def image_values(image: Image.Image) -> FloatArray:
    """Return the five values of one RGB image; see `measure_images`."""
    pixels: ByteArray = np.asarray(image)
    brightness = np.sqrt((pixels.astype(np.float32) ** 2) @ _WEIGHTS) / 255
    low, high = np.percentile(brightness, [5, 99])
    red, green, blue = image.split()
    colour = max(ImageChops.difference(green, other).getextrema()[1] for other in (red, blue))
    return np.array([low, high, image.entropy(), _sharpness(image.convert("L")), colour], np.float32)


def _sharpness(grey: Image.Image) -> float:
    """Return how strong the edges of a small copy are, by those of one of half its size: little where it is blurred."""
    side = min(_BLUR_PX, max(grey.size))
    if side < _LEAST_PX:
        return 1.0
    strength = []
    for long_side in (side, side // 2):
        scale = long_side / max(grey.size)
        small = grey.resize((max(3, round(grey.width * scale)), max(3, round(grey.height * scale))))
        edges = np.asarray(small.filter(ImageFilter.FIND_EDGES), np.float32)
        strength.append(float(edges[1:-1, 1:-1].std()) + _NO_EDGES)  # Pillow leaves the border as it was
    return strength[0] / strength[1]
