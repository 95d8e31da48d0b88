"""Pictures of noise, coarse or fine."""

import io

import numpy as np
from PIL import Image


def picture(width: int = 20, height: int = 12, seed: int = 0) -> Image.Image:
    """Return a picture of independent pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def smooth(side: int) -> Image.Image:
    """Return something like a photograph: large shapes, a little grain."""
    return picture(16, 16).resize((side, side), Image.Resampling.BICUBIC)


def noise_jpeg() -> bytes:
    """Return a JPEG file of 64 x 64 pixels."""
    file = io.BytesIO()
    picture(64, 64).save(file, "jpeg")
    return file.getvalue()
