"""Augmentation against a slow reading of its docstring."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.augment import AUGMENTATIONS, flip_crop


def images(count: int, side: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


def candidates(image: torch.Tensor) -> list[torch.Tensor]:
    """Every mirrored and shifted copy there is, by padding with the edge pixels and cutting out."""
    side, reach = len(image), len(image) // 8
    found = []
    for mirrored in (image, image.flip(1)):
        padded = np.pad(mirrored.numpy(), ((reach, reach), (reach, reach), (0, 0)), mode="edge")
        starts = range(2 * reach + 1)
        found += [torch.from_numpy(padded[y : y + side, x : x + side]) for y in starts for x in starts]
    return found


@given(st.sampled_from([4, 8, 16, 17]), st.integers(0, 2**32 - 1))
def test_every_image_is_a_mirrored_and_shifted_copy_of_itself(side: int, seed: int) -> None:
    before = images(3, side, seed)
    after = flip_crop(before, torch.Generator().manual_seed(seed))
    assert after.shape == before.shape
    assert after.dtype == torch.uint8
    for image, changed in zip(before, after, strict=True):
        assert any(torch.equal(changed, one) for one in candidates(image))


def test_all_flips_and_shifts_occur_about_equally_often() -> None:
    image = images(1, 8)
    changed = flip_crop(image.expand(3600, 8, 8, 3), torch.Generator().manual_seed(0))
    counts = [int((changed == one).all(dim=(1, 2, 3)).sum()) for one in candidates(image[0])]
    assert sum(counts) == 3600
    assert len(counts) == 18
    assert 140 <= min(counts) <= max(counts) <= 260  # 200 expected, deviation 14


def test_the_generator_decides() -> None:
    batch = images(8, 16)
    first, same, other = (flip_crop(batch, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_no_pixel_is_invented_and_the_batch_is_left_alone() -> None:
    batch = images(8, 16)
    kept = batch.clone()
    changed = flip_crop(batch, torch.Generator().manual_seed(0))
    assert torch.equal(batch, kept)
    for image, other in zip(batch, changed, strict=True):
        assert set(map(tuple, other.reshape(-1, 3).tolist())) <= set(map(tuple, image.reshape(-1, 3).tolist()))


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
