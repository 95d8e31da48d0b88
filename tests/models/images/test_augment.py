"""Augmentation against a slow reading of its docstring."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as reference

from models.images.augment import AUGMENTATIONS, affine, flip_crop, jitter, landmarks, luma, rotate


def images(count: int, side: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


def candidates(image: torch.Tensor) -> list[torch.Tensor]:
    """Every mirrored and shifted copy there is, by padding with the edge pixels and cutting out."""
    side, reach = len(image), len(image) // 8
    copies = []
    for mirrored in (image, image.flip(1)):
        padded = np.pad(mirrored.numpy(), ((reach, reach), (reach, reach), (0, 0)), mode="edge")
        starts = range(2 * reach + 1)
        copies += [torch.from_numpy(padded[y : y + side, x : x + side]) for y in starts for x in starts]
    return copies


@given(st.sampled_from([4, 8, 16, 17]), st.integers(0, 2**32 - 1))
def test_every_image_is_a_mirrored_and_shifted_copy_of_itself(side: int, seed: int) -> None:
    before = images(3, side, seed)
    after = flip_crop(before, torch.Generator().manual_seed(seed))
    assert after.shape == before.shape
    assert after.dtype == torch.uint8
    for image, changed in zip(before, after, strict=True):
        assert any(torch.equal(changed, copy) for copy in candidates(image))


def test_all_flips_and_shifts_occur_about_equally_often() -> None:
    image = images(1, 8)
    changed = flip_crop(image.expand(3600, 8, 8, 3), torch.Generator().manual_seed(0))
    counts = [int((changed == copy).all(dim=(1, 2, 3)).sum()) for copy in candidates(image[0])]
    assert sum(counts) == 3600
    assert len(counts) == 18
    assert 140 <= min(counts) <= max(counts) <= 260  # 200 expected, deviation 14


def test_the_generator_decides() -> None:
    batch = images(8, 16)
    first, same, different = (flip_crop(batch, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, different)


def test_no_pixel_is_invented_and_the_batch_is_left_alone() -> None:
    batch = images(8, 16)
    kept = batch.clone()
    changed = flip_crop(batch, torch.Generator().manual_seed(0))
    assert torch.equal(batch, kept)
    for image, augmented in zip(batch, changed, strict=True):
        assert set(map(tuple, augmented.reshape(-1, 3).tolist())) <= set(map(tuple, image.reshape(-1, 3).tolist()))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_every_preset_keeps_shape_and_type_also_of_none(name: str) -> None:
    for count in (0, 1, 5):
        batch = images(count, 8)
        changed = AUGMENTATIONS[name](batch, torch.Generator())
        assert changed.shape == batch.shape
        assert changed.dtype == torch.uint8


def test_none_changes_nothing() -> None:
    batch = images(4, 8)
    assert AUGMENTATIONS["none"](batch, torch.Generator()) is batch


def floats(count: int, side: int, seed: int = 0) -> torch.Tensor:
    """Images as `jitter` and `rotate` take them: (B, 3, S, S), 0..255."""
    return images(count, side, seed).permute(0, 3, 1, 2).float().contiguous()


@pytest.mark.parametrize("degrees", [-15.0, -4.0, 0.0, 11.0, 15.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_rotation_is_torchvisions_where_the_image_reaches(degrees: float, mirrored: bool) -> None:
    batch = floats(2, 33)
    expected = reference.rotate(
        reference.horizontal_flip(batch) if mirrored else batch, degrees, InterpolationMode.BILINEAR
    )
    rotated = rotate(batch, torch.full((2,), np.radians(degrees)), torch.full((2,), mirrored))
    inside = slice(7, -7)  # torchvision's corners are black
    torch.testing.assert_close(rotated[..., inside, inside], expected[..., inside, inside], atol=0.05, rtol=0)


def test_rotation_repeats_the_edge_and_invents_no_black() -> None:
    white = torch.full((1, 3, 16, 16), 255.0)
    assert rotate(white, torch.tensor([0.26]), torch.tensor([False])).min() >= 254.99


def test_each_image_has_an_angle_of_its_own() -> None:
    batch = floats(1, 16).expand(3, 3, 16, 16)
    rotated = rotate(batch, torch.tensor([0.0, 0.2, 0.0]), torch.tensor([False, False, True]))
    torch.testing.assert_close(rotated[0], batch[0], atol=0.01, rtol=0)
    torch.testing.assert_close(rotated[2], batch[0].flip(2), atol=0.01, rtol=0)
    assert (rotated[1] - batch[0]).abs().mean() > 10


@given(st.floats(0.5, 1.5), st.floats(0.5, 1.5), st.floats(0.5, 1.5), st.integers(0, 99))
def test_jitter_is_torchvisions(brightness: float, contrast: float, saturation: float, seed: int) -> None:
    batch = floats(2, 5, seed)
    steps = reference.adjust_brightness(batch / 255, brightness)
    steps = reference.adjust_saturation(reference.adjust_contrast(steps, contrast), saturation)
    factors = (torch.full((2,), factor) for factor in (brightness, contrast, saturation))
    torch.testing.assert_close(jitter(batch, *factors) / 255, steps, atol=1e-4, rtol=0)


def test_grey_is_torchvisions() -> None:
    batch = floats(2, 5)
    torch.testing.assert_close(luma(batch), reference.rgb_to_grayscale(batch))


def test_landmarks_stays_within_its_ranges() -> None:
    """Of a grey image only its brightness and contrast can change: one value, within 0.8 to 1.2 times the first."""
    batch = torch.full((2000, 4, 4, 3), 100, dtype=torch.uint8)
    augmented = landmarks(batch, torch.Generator().manual_seed(0)).flatten(1)
    assert (augmented.max(1).values - augmented.min(1).values).max() <= 1
    values = augmented[:, 0].float()
    assert 80 <= values.min() <= 82
    assert 118 <= values.max() <= 120
    assert values.mean().item() == pytest.approx(100, abs=1)


def test_a_tenth_is_grey_and_half_is_mirrored() -> None:
    batch = torch.zeros(3000, 9, 9, 3, dtype=torch.uint8)
    batch[:, :, :4] = torch.tensor([200, 50, 50], dtype=torch.uint8)  # red on the left
    batch[:, :, 5:] = torch.tensor([50, 50, 200], dtype=torch.uint8)
    augmented = landmarks(batch, torch.Generator().manual_seed(0)).float()
    left, right = augmented[:, 4, 1], augmented[:, 4, 7]
    grey = (left.max(1).values - left.min(1).values) <= 1
    assert grey.float().mean().item() == pytest.approx(0.1, abs=0.02)
    mirrored = (left[:, 2] > right[:, 2])[~grey]
    assert mirrored.float().mean().item() == pytest.approx(0.5, abs=0.03)


def test_landmarks_draws_for_each_image_by_the_generator_and_leaves_the_batch_alone() -> None:
    batch = images(1, 16).expand(4, 16, 16, 3)
    kept = batch.clone()
    first, same, different = (landmarks(batch, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, different)
    assert len({image.numpy().tobytes() for image in first}) == 4
    assert torch.equal(batch, kept)


def test_affine_turns_scales_and_moves_but_never_mirrors() -> None:
    """A bright left half on a dark ground stays on the left, by far."""
    image = torch.zeros((1, 32, 32, 3), dtype=torch.uint8)
    image[:, 8:24, 4:14] = 255
    changed = affine(image.expand(200, 32, 32, 3), torch.Generator().manual_seed(0)).float()
    left, right = changed[:, :, :16].sum((1, 2, 3)), changed[:, :, 16:].sum((1, 2, 3))
    assert (left > right).all()
    area = changed.sum((1, 2, 3)) / image.float().sum()
    assert area.min() < 0.85 < 1.15 < area.max()  # scaled by up to 15 % a side
    assert area.min() > 0.4


def test_affine_draws_by_the_generator_and_leaves_the_batch_alone() -> None:
    batch = images(8, 16)
    kept = batch.clone()
    first, same, different = (affine(batch, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, different)
    assert torch.equal(batch, kept)
