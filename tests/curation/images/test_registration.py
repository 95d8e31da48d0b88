"""Pictures laid over each other: cropped, stretched, brighter and stored again, against others of the same layout."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from sklearn.datasets import load_digits

from curation.images.registration import BLOCK, SIDE_PX, Coarse, first_look, register
from models.arrays import ByteArray


def landscape(seed: int, size_px: int = 160) -> Image.Image:
    """Draw a sky over a ground, both with soft clouds of every size, as photographs have them."""
    rng = np.random.default_rng(seed)
    picture = np.full((size_px, size_px), 200.0)
    picture[size_px // 2 :] = 70
    for cells in (5, 10, 20, 40, 80):
        clouds = Image.fromarray(rng.normal(0, 110 / np.sqrt(cells), (cells, cells)).astype(np.float32))
        picture += np.asarray(clouds.resize((size_px, size_px), Image.Resampling.BICUBIC))
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8)).convert("RGB")


def small(image: Image.Image) -> ByteArray:
    return np.asarray(image.convert("L").resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR))


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.resize(image.size, box=(left * width, top * height, (1 - right) * width, (1 - bottom) * height))


def stored(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "itself": lambda image: image,
    "stored again": lambda image: stored(image, 50),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.12),
    "less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.7),
    "cropped evenly": lambda image: cropped(image, 0.05, 0.05, 0.05, 0.05),
    "cropped at a side": lambda image: cropped(image, 0.1, 0, 0, 0.02),
    "all at once": lambda image: stored(ImageEnhance.Brightness(cropped(image, 0.04, 0, 0.05, 0.03)).enhance(0.9), 65),
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_lies_over_the_original_either_way(copy: str) -> None:
    original = landscape(0)
    pair = small(original), small(COPIES[copy](original))
    match = register(np.stack(pair), np.stack(pair[::-1]))
    assert match.same().all(), match
    assert match.overlap.min() > 0.8


def test_the_place_that_is_found_is_the_crop() -> None:
    """Of a picture cropped by a tenth at the left and the right, the original shows all, the copy 80 % of it."""
    original = landscape(1)
    copy = cropped(original, 0.1, 0, 0.1, 0)
    match = register(np.stack([small(copy), small(original)]), np.stack([small(original), small(copy)]))
    np.testing.assert_allclose(match.overlap, [1.0, 0.8], atol=0.04)
    assert match.same().all()


def test_pictures_that_share_only_their_layout_are_apart() -> None:
    pictures = np.stack([small(landscape(seed)) for seed in range(12)])
    left, right = np.triu_indices(12, 1)
    match = register(pictures[left], pictures[right])
    assert not match.same().any()
    assert match.correlation.max() > 0.8  # the layout is alike
    assert match.detail.max() < 0.5


def test_pictures_that_share_only_their_layout_are_given_up_before_full_size() -> None:
    pictures = Coarse.of(np.stack([small(landscape(seed)) for seed in range(12)]))
    left, right = np.triu_indices(12, 1)
    hopeful, _, correlation = first_look(pictures.where(left), pictures.where(right))
    assert (correlation > 0.8).sum() > 2 * len(hopeful)  # the layout is alike, the detail is not


def test_without_detail_nothing_is_said() -> None:
    flat = np.stack([np.full((SIDE_PX, SIDE_PX), level, np.uint8) for level in (0, 9, 200, 255)])
    ramp = np.tile(np.arange(SIDE_PX, dtype=np.uint8) * 3, (SIDE_PX, 1))
    blurred = small(landscape(0).filter(ImageFilter.GaussianBlur(24)))
    match = register(np.stack([*flat, ramp, blurred]), np.stack([*flat[::-1], ramp + 9, blurred]))
    assert not match.same().any()
    assert np.isfinite([match.correlation, match.detail, match.overlap]).all()


def test_no_pair_and_more_pairs_than_a_block() -> None:
    empty: ByteArray = np.empty((0, SIDE_PX, SIDE_PX), np.uint8)
    assert register(empty, empty).same().tolist() == []
    pictures = np.stack([small(landscape(seed)) for seed in (0, 1)])
    first = pictures[np.zeros(BLOCK + 1, int)]
    second = pictures[[*np.ones(BLOCK, int), 0]]
    assert register(first, second).same().tolist() == [False] * BLOCK + [True]


def test_smooth_shapes_that_lie_over_each_other_are_no_copies() -> None:
    """Handwritten ones of 8 x 8 pixels, enlarged, are much alike without being one picture."""
    digits = load_digits()
    ones = [
        Image.fromarray(np.rint(pixels * 15.9).astype(np.uint8)) for pixels in digits.images[digits.target == 1][:20]
    ]
    pictures = np.stack([small(digit.resize((32, 32), Image.Resampling.BICUBIC)) for digit in ones])
    left, right = np.triu_indices(20, 1)
    assert not register(pictures[left], pictures[right]).same().any()


def test_the_first_look_works_on_exact_means() -> None:
    """Sums of whole numbers: nothing is rounded, so two looks tell the same as one on all pixels."""
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64)).astype(np.uint8)
    coarse = Coarse.of(pictures)
    assert (coarse.level(2) == pictures.reshape(3, 16, 4, 16, 4).mean((2, 4))).all()
    assert (coarse.level(3) == pictures.reshape(3, 8, 8, 8, 8).mean((2, 4))).all()
    assert (coarse.where(np.array([2])).fine == coarse.fine[2]).all()


def test_a_picture_passes_the_first_look_beside_itself_and_noise_does_not() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 64, 64)).astype(np.uint8)
    coarse = Coarse.of(pictures)
    hopeful, place, correlation = first_look(coarse, coarse.where(np.array([0, 0])))
    assert hopeful.tolist() == [0]
    np.testing.assert_allclose(place, [[1, 1, 0, 0]], atol=1e-3)
    assert correlation[0] > 0.99 > correlation[1]
