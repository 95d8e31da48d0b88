"""The values that the checks for spoiled images need, measured once an image and kept by content."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from curation.images.problems import VALUES
from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.images.decode import decode
from models.images.row_store import fill_rows
from models.processors.threads import cores

_MEASURED_PX = 160  # longer side: more pixels tell no more
_BLUR_PX, _LEAST_PX = 64, 16  # longer side at which blur is measured; smaller images have no detail to lose
_NO_EDGES = 0.5  # grey levels, added to both strengths: a picture without edges is not blurred
_WEIGHTS = np.array([0.241, 0.691, 0.068], np.float32)  # of red, green, blue in perceived brightness


def measure_images(
    paths: Sequence[Path], sha256s: Sequence[str], folder: Path, progress: Progress | None = None
) -> FloatArray:
    """Return the values of the images, from disk where they were measured before, memory-mapped.

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
        return np.stack([_values(paths[i], sha256s[i]) for i in positions])

    return fill_rows(folder, sha256s, (VALUES,), np.float32, work, 64, cores(), progress)


def _values(path: Path, sha256: str) -> FloatArray:
    image = decode(path, content=sha256)
    image.thumbnail((_MEASURED_PX, _MEASURED_PX))
    return image_values(image)


def image_values(image: Image.Image) -> FloatArray:
    """Return the five values of one RGB image; see `measure_images`."""
    pixels: ByteArray = np.asarray(image)
    brightness = np.sqrt((pixels.astype(np.float32) ** 2) @ _WEIGHTS) / 255
    low, high = np.percentile(brightness, [5, 99])
    red, green, blue = image.split()
    colour = max(ImageChops.difference(green, channel).getextrema()[1] for channel in (red, blue))
    return np.array([low, high, image.entropy(), _sharpness(image.convert("L")), colour], np.float32)


def _sharpness(grey: Image.Image) -> float:
    """Return the strength of the edges of a small copy, divided by that at half its size; low where it is blurred."""
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
