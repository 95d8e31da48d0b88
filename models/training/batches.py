"""The images that a step learns from, and the generator of their augmentations."""

from collections.abc import Iterator

import numpy as np
import torch

from models.arrays import IntArray
from models.errors import ErrataError


def batches(rows: IntArray, size: int, generator: torch.Generator, world: int = 1) -> Iterator[IntArray]:
    """Yield shuffled batches of `rows`, shape (B,) each, ascending: such reads are kinder to a memory map.

    A last batch with fewer than two images for each of `world` processes is left out where there are larger batches:
    batch norm cannot learn from one value.
    """
    order = rows[torch.randperm(len(rows), generator=generator).numpy()]
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        if start and len(batch) < min(size, 2 * world):
            return
        yield np.sort(batch)


def draws_of_epoch(generator: torch.Generator, rank: int) -> torch.Generator:
    """Return the generator of one process's augmentations in an epoch.

    It is not `generator` itself, which orders the batches in the same way in each process: the processes draw for
    different numbers of images.
    """
    seed = int(torch.randint(2**40, (), generator=generator))
    return torch.Generator().manual_seed(seed + rank)


def check_shares(images: int, batch_size: int, world: int) -> None:
    """Raise if a batch is too small to be shared by the processes that train together.

    Raises:
        ErrataError: a process would get fewer than two images.
    """
    if world > 1 and min(images, batch_size) < 2 * world:
        raise ErrataError(
            f"batches of {min(images, batch_size)} images are too small to be shared by {world} processes; "
            f"each needs two images: use a larger --batch-size, more images or fewer processes"
        )
