"""Choices by seed that keep the proportions of the classes, equal on every machine."""

import hashlib

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray


def hold_out(image_ids: npt.NDArray[np.str_], labels: IntArray, fraction: float, seed: int) -> BoolArray:
    """Choose a fraction of each class.

    Args:
        image_ids: unique names, shape (N,).
        labels: class indices, shape (N,), values 0..K-1.
        fraction: share of each class to choose, in [0, 1]; at least one image of a class of two or more.
        seed: another seed, another choice.

    Returns:
        whether each image is chosen, shape (N,).
    """
    sizes = np.bincount(labels)
    chosen = np.rint(sizes * fraction).astype(np.int64)
    chosen[(chosen == 0) & (sizes > 1) & (fraction > 0)] = 1
    held_out: BoolArray = _ranks(image_ids, labels, seed) < chosen[labels]
    return held_out


def at_most(image_ids: npt.NDArray[np.str_], labels: IntArray, count: int, seed: int) -> BoolArray:
    """Choose `count` images, or all if there are fewer, in the proportions of the classes.

    Args:
        image_ids: unique names, shape (N,).
        labels: class indices, shape (N,), values 0..K-1.
        count: how many to choose.
        seed: another seed, another choice.

    Returns:
        whether each image is chosen, shape (N,); min(count, N) are.
    """
    # Position within the class, in (0, 1): the smallest positions are an equal share of each class.
    position = (_ranks(image_ids, labels, seed) + 0.5) / np.bincount(labels)[labels]
    chosen = np.zeros(len(labels), dtype=np.bool_)
    chosen[np.argsort(position, kind="stable")[:count]] = True
    return chosen


def _ranks(image_ids: npt.NDArray[np.str_], labels: IntArray, seed: int) -> IntArray:
    """Return each image's rank in its class, shape (N,), 0..n-1, in an order drawn by seed.

    The order is that of a hash of seed and name: an added image changes few ranks, and no random generator is used.
    """
    hashes = [hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest() for name in image_ids.tolist()]
    order = np.lexsort((np.frombuffer(b"".join(hashes), dtype=">u8"), labels))
    starts = np.searchsorted(labels[order], labels[order])  # first place of each class among the sorted
    ranks = np.empty(len(labels), dtype=np.int64)
    ranks[order] = np.arange(len(labels)) - starts
    return ranks
