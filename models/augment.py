"""Augmentation of whole batches: a literal table of presets."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor


def flip_crop(images: Tensor, generator: Generator) -> Tensor:
    """Return the batch, shape (B, 3, S, S), each image mirrored with probability 1/2 and shifted by up to S/8 (edges repeated)."""
    count, side = len(images), images.shape[-1]
    mirrored = torch.rand(count, generator=generator) < 0.5
    images = torch.where(mirrored.to(images.device)[:, None, None, None], images.flip(-1), images)
    reach = side // 8
    shift = torch.randint(-reach, reach + 1, (2, count, 1), generator=generator)
    rows, columns = ((torch.arange(side) + shift).clamp(0, side - 1)).to(images.device)  # (B, S) each
    which = torch.arange(count, device=images.device)[:, None, None]
    return images.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def unchanged(images: Tensor, generator: Generator) -> Tensor:
    """Return the batch as it is."""
    return images


AUGMENTATIONS: dict[str, Callable[[Tensor, Generator], Tensor]] = {"none": unchanged, "flip-crop": flip_crop}
