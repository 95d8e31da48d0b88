"""The inputs of a network: pixels, augmented as they are read, or cached features of several views."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Generator, Tensor

from models.arrays import ByteArray, Features, IntArray
from models.images.augment import AUGMENTATIONS
from models.images.input_spec import InputSpec


class Examples(Protocol):
    """N inputs of a network, read a few rows at a time."""

    def __len__(self) -> int:
        """Return N."""
        ...

    def augmented(self, rows: IntArray, generator: Generator) -> Tensor:
        """Return the inputs of some rows, shape (B, …), augmented by new draws."""
        ...

    def plain(self, rows: IntArray) -> Tensor:
        """Return the inputs of some rows, shape (B, …), the same every time."""
        ...


class Pixels:
    """Decoded images, uint8, shape (N, S, S, 3); a memory map is read a batch at a time."""

    def __init__(self, pixels: ByteArray, spec: InputSpec, augmentation: str, device: torch.device):
        self.pixels, self.spec, self.device = pixels, spec, device
        self._augment: Callable[[Tensor, Generator], Tensor] = AUGMENTATIONS[augmentation]

    def __len__(self) -> int:
        return len(self.pixels)

    def augmented(self, rows: IntArray, generator: Generator) -> Tensor:
        """Return normalised images, shape (B, 3, S, S), augmented as whole batches of bytes."""
        return normalise(self._augment(self._bytes(rows), generator), self.spec)

    def plain(self, rows: IntArray) -> Tensor:
        """Return normalised images, shape (B, 3, S, S)."""
        return normalise(self._bytes(rows), self.spec)

    def _bytes(self, rows: IntArray) -> Tensor:
        return torch.from_numpy(self.pixels[rows]).to(self.device)


class CachedViews:
    """Features of V views of each image, shape (V, N, D), float32 or float16; view 0 is the plain image."""

    def __init__(self, views: Features, device: torch.device):
        self.views, self.device = views, device

    def __len__(self) -> int:
        return int(self.views.shape[1])

    def augmented(self, rows: IntArray, generator: Generator) -> Tensor:
        """Return features, shape (B, D), each of a view drawn at random."""
        view = torch.randint(len(self.views), (len(rows),), generator=generator).numpy()
        return torch.from_numpy(np.asarray(self.views[view, rows])).to(self.device).float()

    def plain(self, rows: IntArray) -> Tensor:
        """Return features of the plain images, shape (B, D)."""
        return torch.from_numpy(np.asarray(self.views[0, rows])).to(self.device).float()


def normalise(images: Tensor, spec: InputSpec) -> Tensor:
    """Return uint8 images, shape (B, S, S, 3), as normalised floats, shape (B, 3, S, S), channels last in memory."""
    mean = torch.tensor(spec.mean, device=images.device) * 255
    std = torch.tensor(spec.std, device=images.device) * 255
    return images.float().sub_(mean).div_(std).permute(0, 3, 1, 2)  # in place: new memory costs more than arithmetic
