"""Stretching gives what Pillow gives, to a few levels of 255 even of noise, which has the sharpest edges."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.images.input_spec import Interpolation
from models.images.stretch import stretched

FILTERS: dict[Interpolation, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize("size_px", [7, 64, 224])
@pytest.mark.parametrize("shape", [(150, 150), (37, 201), (4, 4), (640, 333)])
def test_as_pillow(interpolation: Interpolation, size_px: int, shape: tuple[int, int]) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8))
    expected = np.asarray(image.resize((size_px, size_px), FILTERS[interpolation])).astype(int)
    pixels = stretched(image, size_px, interpolation)
    assert (pixels.shape, pixels.dtype.name) == ((size_px, size_px, 3), "uint8")
    assert pixels.flags.writeable
    difference = np.abs(pixels - expected)
    assert difference.max() <= 6
    assert difference.mean() < 0.5


def test_one_colour_stays_that_colour() -> None:
    image = Image.new("RGB", (31, 17), (12, 200, 255))
    assert np.array_equal(stretched(image, 9, "bicubic"), np.full((9, 9, 3), (12, 200, 255)))


@pytest.mark.parametrize("interpolation", FILTERS)
def test_pixels_in_place_are_those_of_colours_laid_out_one_by_one(interpolation: Interpolation) -> None:
    image = np.random.default_rng(1).integers(0, 256, (150, 97, 3), np.uint8)
    planes = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
    expected = torch.nn.functional.interpolate(planes, (64, 64), mode=interpolation, antialias=True)
    pixels = stretched(Image.fromarray(image), 64, interpolation)
    assert np.array_equal(pixels, expected[0].permute(1, 2, 0).numpy())
    assert pixels.base is not None  # nothing was copied
