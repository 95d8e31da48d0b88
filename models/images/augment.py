"""Augmentation of whole batches of pixels: a literal table of presets.

On bytes, before they become floats: a quarter of the memory to move.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional

MAX_ANGLE = math.radians(15)
GREY_SHARE = 0.1  # of the images
JITTER = 0.2  # brightness, contrast and saturation each times 1 - JITTER to 1 + JITTER
# Of `affine`, each way: turn in radians; share by which it is scaled, slanted, and moved (1 = half the side).
TURN, SCALE, SLANT, MOVE = math.radians(12), 0.15, 0.15, 0.2
LUMA = (0.2989, 0.587, 0.114)  # ITU-R BT.601, as torchvision


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


def landmarks(pixels: Tensor, generator: Generator) -> Tensor:
    """Return the images rotated, mirrored, with other colours, some in grey; all draws uniform and independent.

    Rotation by -15 to 15 degrees about the middle (bilinear, edge pixels repeated), mirrored with probability 1/2;
    brightness, then contrast, then saturation times 0.8 to 1.2 each; grey with probability 1/10. Every step is
    torchvision's of the same name (tested), but bytes are rounded once, at the end, and to the nearest.

    Args:
        pixels: shape (B, S, S, 3), uint8.
        generator: draws on the CPU, the same for every device.
    """
    count = len(pixels)
    if not count:  # affine_grid refuses
        return pixels
    draws = torch.rand(6, count, generator=generator).to(pixels.device)
    angle, mirrored = (2 * draws[0] - 1) * MAX_ANGLE, draws[1] < 0.5
    factors = 1 + JITTER * (2 * draws[2:5] - 1)
    images = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
    images = jitter(rotate(images, angle, mirrored), *factors)
    grey = draws[5] < GREY_SHARE
    images[grey] = luma(images[grey]).expand(-1, 3, -1, -1)
    return images.round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def affine(pixels: Tensor, generator: Generator) -> Tensor:
    """Return the images turned, scaled, slanted and moved, but never mirrored; all draws uniform and independent.

    Handwriting, digits and signs mean something else in a mirror. Bilinear, edge pixels repeated, bytes rounded.

    Args:
        pixels: shape (B, S, S, 3), uint8.
        generator: draws on the CPU, the same for every device.
    """
    count = len(pixels)
    if not count:  # affine_grid refuses
        return pixels
    turn, scale, slant, across, down = 2 * torch.rand(5, count, generator=generator).to(pixels.device) - 1
    cos, sin = (TURN * turn).cos() * (1 + SCALE * scale), (TURN * turn).sin() * (1 + SCALE * scale)
    rows = [torch.stack([cos, SLANT * slant - sin, MOVE * across], -1), torch.stack([sin, cos, MOVE * down], -1)]
    images = pixels.permute(0, 3, 1, 2).to(torch.float32)
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    changed = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return changed.round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def rotate(images: Tensor, angle: Tensor, mirrored: Tensor) -> Tensor:
    """Return the images mirrored where wanted, then rotated counter-clockwise, edge pixels repeated.

    Args:
        images: shape (B, C, S, S), float32.
        angle: radians, shape (B,).
        mirrored: left and right exchanged, shape (B,), bool.
    """
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    sign = 1 - 2 * mirrored.float()
    rows = [torch.stack([sign * cos, -sign * sin, zero], -1), torch.stack([sin, cos, zero], -1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def jitter(images: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    """Return the images with brightness, contrast and saturation scaled, in this order, each clamped to 0..255.

    Args:
        images: shape (B, 3, S, S), float32, 0..255; overwritten.
        brightness: factor of all values, shape (B,).
        contrast: factor of the distance to the image's mean grey, shape (B,).
        saturation: factor of the distance to the pixel's own grey, shape (B,).
    """
    images.mul_(brightness.view(-1, 1, 1, 1)).clamp_(max=255)
    images = torch.lerp(luma(images).mean((2, 3), keepdim=True), images, contrast.view(-1, 1, 1, 1)).clamp_(0, 255)
    return torch.lerp(luma(images), images, saturation.view(-1, 1, 1, 1)).clamp_(0, 255)


def luma(images: Tensor) -> Tensor:
    """Return the grey of RGB images, shape (B, 1, S, S)."""
    return LUMA[0] * images[:, :1] + LUMA[1] * images[:, 1:2] + LUMA[2] * images[:, 2:]


def unchanged(pixels: Tensor, generator: Generator) -> Tensor:
    """Return the images as they are."""
    return pixels


AUGMENTATIONS: dict[str, Callable[[Tensor, Generator], Tensor]] = {
    "none": unchanged,
    "flip-crop": flip_crop,
    "landmarks": landmarks,
    "affine": affine,
}
