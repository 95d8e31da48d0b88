"""The perceptual hash of an image: pictures that look alike differ in few bits."""

from functools import cache

import numpy as np
from PIL import Image

from models.arrays import Doubles

PHASH_PX = 32


@cache
def _cosines() -> Doubles:
    """The 8 lowest rows of the type-II discrete cosine transform, shape (8, 32)."""
    return np.cos(np.pi / PHASH_PX * np.outer(np.arange(8), np.arange(PHASH_PX) + 0.5))


def phash(image: Image.Image) -> int:
    """Return the DCT perceptual hash; the bits of `imagehash.phash` but for ties (tested), without SciPy.

    Hashes are kept by the content of files: with a change here, `METHOD` of `curation.images.checked_rows` is raised.
    """
    small = image.convert("L").resize((PHASH_PX, PHASH_PX), Image.Resampling.LANCZOS)
    low = _cosines() @ np.asarray(small, dtype=np.float64) @ _cosines().T  # (8, 8)
    bits = (low > np.median(low)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
