"""Exact and near duplicates among images."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.array_files import read_arrays, write_arrays
from models.arrays import BoolArray, ByteArray, FloatArray, IntArray

MAX_BITS = 10  # of a 64-bit perceptual hash: pairs further apart are not looked at
MIN_CORRELATION = 0.97  # of 32 x 32 thumbnails: below, two pictures only share their layout
THUMBNAIL_PX = 32


@dataclass(frozen=True)
class Duplicates:
    """Which of N images are the same picture."""

    groups: IntArray  # (N,) rows with the same number are copies or near copies of one picture
    exact: BoolArray  # (N,) another row has the same bytes
    near: BoolArray  # (N,) another row is nearly the same picture

    def save(self, path: Path) -> None:
        """Write them as .npz, whole or not at all."""
        write_arrays(path, groups=self.groups, exact=self.exact, near=self.near)

    @classmethod
    def load(cls, path: Path) -> "Duplicates":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        arrays = read_arrays(path)
        return cls(arrays["groups"], arrays["exact"], arrays["near"])

    def shared(self) -> BoolArray:
        """Return which rows have a twin, shape (N,)."""
        return np.asarray(np.bincount(self.groups)[self.groups] > 1)

    def leaks(self, splits: npt.NDArray[np.str_]) -> BoolArray:
        """Return which rows outside train have a twin in train, shape (N,)."""
        in_train = np.bincount(self.groups, weights=splits == "train") > 0
        return np.asarray((splits != "train") & in_train[self.groups])

    def conflicting(self, labels: IntArray) -> BoolArray:
        """Return which rows have a twin with another label, shape (N,): at least one of the two is wrong."""
        low = np.full(self.groups.max(initial=-1) + 1, np.iinfo(np.int64).max)
        high = np.full_like(low, -1)
        np.minimum.at(low, self.groups, labels)
        np.maximum.at(high, self.groups, labels)
        return np.asarray(low[self.groups] != high[self.groups])


def find_duplicates(
    sha256s: npt.NDArray[np.str_], hashes: npt.NDArray[np.uint64], thumbnails: Callable[[IntArray], ByteArray]
) -> Duplicates:
    """Group copies and near copies.

    Two images are near copies if their perceptual hashes differ in at most `MAX_BITS` bits and their thumbnails
    correlate by at least `MIN_CORRELATION`; the second test keeps apart pictures that only share a layout, such as sea
    under sky.

    Args:
        sha256s: hash of the file's bytes, shape (N,).
        hashes: 64-bit perceptual hash of the picture, shape (N,).
        thumbnails: returns RGB thumbnails, uint8, shape (R, 32, 32, 3), of the asked rows, shape (R,).
    """
    n = len(sha256s)
    _, content = np.unique(sha256s, return_inverse=True)
    exact = np.bincount(content, minlength=1)[content] > 1
    _, first = np.unique(content, return_index=True)  # one row for each distinct file
    left, right = close_pairs(hashes[first], MAX_BITS)
    pairs = np.stack([first[left], first[right]], 1)  # (P, 2)
    alike = pairs[_correlations(pairs, thumbnails) >= MIN_CORRELATION] if len(pairs) else pairs
    groups = _joined(content, content[alike])
    near = np.zeros(n, bool)
    near[np.isin(content, content[alike])] = True
    return Duplicates(groups, exact, near)


def close_pairs(hashes: npt.NDArray[np.uint64], max_bits: int) -> tuple[IntArray, IntArray]:
    """Return the pairs i < j whose 64-bit hashes differ in at most `max_bits` bits; N * N / 2 bit counts in blocks."""
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(hashes), 512):
        block = hashes[start : start + 512, None]
        bits = np.bitwise_count(block ^ hashes[None, start:])
        left, right = np.nonzero(bits <= max_bits)
        keep = right > left
        lefts.append(left[keep] + start)
        rights.append(right[keep] + start)
    return np.concatenate(lefts), np.concatenate(rights)


def _correlations(pairs: IntArray, thumbnails: Callable[[IntArray], ByteArray]) -> FloatArray:
    """Return the correlation of each pair's thumbnails after removing brightness and contrast, shape (P,)."""
    rows, index = np.unique(pairs, return_inverse=True)
    flat = thumbnails(rows).reshape(len(rows), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    one, other = index.reshape(-1, 2).T
    return np.concatenate(
        [np.einsum("pd,pd->p", flat[one[s : s + 4096]], flat[other[s : s + 4096]]) for s in range(0, len(one), 4096)]
    )


def _joined(content: IntArray, pairs: IntArray) -> IntArray:
    """Return group numbers, shape (N,), after joining pairs of contents, shape (P, 2): connected components."""
    parent = np.arange(content.max(initial=-1) + 1)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = int(parent[node])
        return node

    for one, other in pairs:
        parent[root(int(one))] = root(int(other))
    roots = np.array([root(node) for node in range(len(parent))], np.int64)
    return np.unique(roots[content], return_inverse=True)[1].astype(np.int64)
