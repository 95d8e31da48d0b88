"""The perceptual hash against imagehash's, and on pictures that are alike or not."""

import imagehash
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from PIL import Image
from scipy.fft import dct

from models.arrays import ByteArray
from models.images.phash import phash
from tests.models.images.noise_pictures import picture, smooth


@given(st_np.arrays(np.uint8, st.tuples(st.integers(4, 40), st.integers(4, 40), st.just(3))))
def test_phash_is_imagehashs(pixels: ByteArray) -> None:
    image = Image.fromarray(pixels)
    ours, theirs = phash(image), int(str(imagehash.phash(image)), 16)
    assert 0 <= ours < 2**64
    assert (ours ^ theirs) & ~undecided(image) == 0


def undecided(image: Image.Image) -> int:
    """Return the bits whose coefficient equals the median up to rounding: each transform rounds in its own way."""
    small = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS), np.float64)
    low = dct(dct(small, axis=0), axis=1)[:8, :8]
    close = np.abs(low - np.median(low)) <= 1e-10 * max(1.0, np.abs(low).max())
    return int.from_bytes(np.packbits(close.ravel()).tobytes(), "big")


def test_phash_survives_resizing_and_tells_pictures_apart() -> None:
    same = phash(smooth(100)) ^ phash(smooth(64))
    different = phash(smooth(100)) ^ phash(picture(16, 16, 5).resize((100, 100)))
    assert same.bit_count() <= 4
    assert different.bit_count() >= 16
