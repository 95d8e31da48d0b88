"""Images stretched to a square, as Pillow does it, in a third of its time."""

from typing import cast

import numpy as np
from PIL import Image

from models.arrays import ByteArray
from models.images.input_spec import Interpolation

_STRIP = 2**22  # pixels


def stretched(image: Image.Image, size_px: int, interpolation: Interpolation) -> ByteArray:
    """Return an RGB image stretched to a square, shape (S, S, 3), uint8, writable.

    Torch resizes bytes with the same filters as Pillow and vector instructions. Of photographs, no value differs by
    more than two of 255 levels from Pillow's, and 0.5 % differ at all.
    """
    import torch  # seconds, and screens that only show images never stretch one

    rows = torch.from_numpy(_array(image))  # (H, W, 3)
    # A view of shape (1, 3, H, W) whose strides say "channels last", the first one too: then no pixel is rearranged,
    # neither before the resize nor after it, which takes longer than the resize itself.
    pixels = rows.view(1, *rows.shape).permute(0, 3, 1, 2)
    size = (size_px, size_px)
    square = torch.nn.functional.interpolate(pixels, size, mode=interpolation, antialias=True)
    return cast(ByteArray, np.ascontiguousarray(square[0].permute(1, 2, 0).numpy()))


def _array(image: Image.Image) -> ByteArray:
    """Return the pixels, shape (H, W, 3), writable; of a large image by strips, without a second copy in between."""
    if image.width * image.height <= _STRIP:
        return np.array(image)
    pixels, rows = np.empty((image.height, image.width, 3), np.uint8), max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        pixels[top : top + rows] = np.asarray(image.crop((0, top, image.width, min(top + rows, image.height))))
    return pixels
