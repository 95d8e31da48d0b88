"""Backbones of a few layers for images of 16 pixels, and what their tests compute features of."""

from pathlib import Path

import torch
from torch import nn

from models.images.input_spec import InputSpec

Files = tuple[list[Path], list[str]]  # image files and their content hashes
SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def net() -> nn.Module:
    """Return a network of 7 features without a layer that suits bfloat16."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


def deep() -> nn.Module:
    """Return a network of 32 features with a layer that is computed in bfloat16 where the hardware has it."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers).eval()
