"""Pictures with a Grad-CAM map laid over them."""

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from curation.images.grey_ranges import grey_range_of
from models.arrays import ByteArray, FloatArray
from models.images.decode import decode
from models.images.grey_range import GreyRange

# The inferno map at nine even steps (van der Walt & Smith, CC0): dark to light, for all kinds of colour vision.
_INFERNO = ("000004", "1f0c48", "550f6d", "88226a", "ba3655", "e35933", "f98e09", "f9c932", "fcffa4")


@cache
def _colours() -> FloatArray:
    """Return 256 RGB colours, shape (256, 3), in [0, 255]."""
    steps = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in _INFERNO], np.float32)
    at = np.linspace(0, len(steps) - 1, 256)
    return np.stack([np.interp(at, np.arange(len(steps)), steps[:, i]) for i in range(3)], 1).astype(np.float32)


def thumbnail(path: Path, long_side_px: int = 256, grey_range: GreyRange | None = None) -> Image.Image:
    """Return the image upright in RGB, at most `long_side_px` on its longer side; small ones are enlarged.

    Args:
        path: the file.
        long_side_px: see above.
        grey_range: of images of more than 8 bits; None: that of the folder, where it is known.
    """
    image = decode(path, grey_range=grey_range or grey_range_of(path))
    scale = long_side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)


def shrunk(path: Path, long_side_px: int) -> Image.Image:
    """Return the image upright in RGB, at most `long_side_px` on its longer side; small ones keep their size."""
    image = decode(path, grey_range=grey_range_of(path))
    image.thumbnail((long_side_px, long_side_px), Image.Resampling.LANCZOS)
    return image


def overlay(image: Image.Image, cam_file: Path) -> Image.Image:
    """Return the picture with the map over it: grey where nothing speaks for the class, bright where much does."""
    with Image.open(cam_file) as opened:
        cam = np.asarray(opened.convert("L").resize(image.size, Image.Resampling.BILINEAR))
    heat = _colours()[cam]
    grey = np.asarray(image.convert("L"), np.float32)[..., None]
    alpha = 0.15 + 0.5 * (cam[..., None] / 255.0)
    blended: ByteArray = np.clip((1 - alpha) * grey + alpha * heat, 0, 255).astype(np.uint8)
    return Image.fromarray(blended)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """Return the picture as JPEG bytes."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
