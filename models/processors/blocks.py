"""Rows of large arrays, a block at a time: a memory map of any size is walked in the memory of a few blocks."""

import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from models.arrays import Features, FloatArray, IntArray
from models.maps import give_back
from models.processors.threads import cores, in_order

CELLS = 2**21  # numbers of a block, about: 8 MB, which the allocator uses again; larger ones are new pages every time
R = TypeVar("R")


def row_blocks(n: int, width: int) -> list[slice]:
    """Return blocks of n rows, each of about `CELLS` numbers, where work on a row takes `width` of them."""
    size = max(1, CELLS // max(width, 1))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def read_rows(array: Features, rows: slice | IntArray) -> FloatArray:
    """Return some rows as float32, a copy; of a memory map, pages that were read are given back to the system.

    Args:
        array: shape (N, D), float16 or more.
        rows: which.
    """
    source, torch = array[rows], sys.modules.get("torch")
    if source.dtype == np.float16 and torch is not None and hasattr(torch, "from_numpy"):  # not half loaded
        # On some processors fifty times as fast as NumPy, but not worth loading it: review and app do without.
        copy: FloatArray = torch.from_numpy(np.array(source)).float().numpy()
    else:
        copy = np.array(source, np.float32)
    give_back(array)
    return copy


def blocks_as_they_are(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield an array, shape (N, …), in its own type, a block of rows at a time; pages of a map are given back."""
    for rows in row_blocks(len(array), int(np.prod(array.shape[1:]))):
        yield np.array(array[rows])
        give_back(array)


def in_threads(work: Callable[[slice], R], blocks: list[slice]) -> Iterator[R]:
    """Yield the results of the blocks in order; a block a thread: the threads of one product wait for one another."""
    with threadpool_limits(1, "blas"):
        yield from in_order(work, blocks, cores())
