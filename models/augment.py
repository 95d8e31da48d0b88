"""Augmentation of whole batches of pixels: a literal table of presets.

On bytes, before they become floats: a quarter of the memory to move.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor


def flip_crop(pixels: Tensor, generator: Generator) -> Tensor:
    """Return the images, each mirrored with probability 1/2 and shifted by up to S/8 both ways, edge pixels repeated.

    Args:
        pixels: shape (B, S, S, 3), uint8.
        generator: draws on the CPU, the same for every device.
    """
    count, side = pixels.shape[:2]
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    reach = side // 8
    shift = torch.randint(-reach, reach + 1, (2, count, 1), generator=generator)
    rows, columns = (torch.arange(side) + shift).clamp(0, side - 1)  # (B, S) each: where a pixel comes from
    columns = torch.where(mirrored, side - 1 - columns, columns)
    start = torch.arange(count) * side * side
    source = start[:, None, None] + rows[:, :, None] * side + columns[:, None, :]  # (B, S, S)
    return pixels.reshape(-1, 3)[source.flatten().to(pixels.device)].reshape(pixels.shape)


def unchanged(pixels: Tensor, generator: Generator) -> Tensor:
    """Return the images as they are."""
    return pixels


AUGMENTATIONS: dict[str, Callable[[Tensor, Generator], Tensor]] = {"none": unchanged, "flip-crop": flip_crop}
