"""Pairs of images that may be copies of each other: with close hashes, or with close embeddings."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from curation.scoring.neighbours import nearest_images
from models.arrays import FloatArray, IntArray

Pairs = tuple[IntArray, IntArray]  # rows i < j, (P,) each

NEIGHBOURS = 5  # nearest images that are paired with each image
MIN_COSINE = 0.7  # of their embeddings; copies have 0.74 or more in those of EfficientNet (docs/results.md)
_BYTE_BITS = 7  # hashes of eight bytes that differ in at most this many bits share a byte
_HASHES = 512


def close_pairs(hashes: npt.NDArray[np.uint64], max_bits: int) -> Pairs:
    """Return the pairs i < j whose 64-bit hashes differ in at most `max_bits` bits, each once.

    For up to seven bits only hashes that share one of their eight bytes are compared, which misses no pair: a million
    hashes take five minutes. For more bits all N * N / 2 pairs are: 50,000 take 15 seconds, a million would take hours.
    """
    blocks = list(_sharing_a_byte(hashes, max_bits) if max_bits <= _BYTE_BITS else _within(hashes, max_bits))
    pairs = np.concatenate([np.empty((0, 2), np.int64), *(np.stack(block, 1) for block in blocks)])
    return pairs.min(1), pairs.max(1)


def _within(hashes: npt.NDArray[np.uint64], max_bits: int) -> Iterator[Pairs]:
    """Yield the close pairs among some hashes, in blocks."""
    for start in range(0, len(hashes), _HASHES):
        bits = np.bitwise_count(hashes[start : start + _HASHES, None] ^ hashes[None, start:])
        left, right = np.nonzero(bits <= max_bits)
        apart = right > left
        yield left[apart] + start, right[apart] + start


def _sharing_a_byte(hashes: npt.NDArray[np.uint64], max_bits: int) -> Iterator[Pairs]:
    """Yield the close pairs among hashes that have a byte in common; a pair counts at the first such byte."""
    octets = np.ascontiguousarray(hashes).view(np.uint8).reshape(-1, 8)
    for place in range(8):
        order = np.argsort(octets[:, place], kind="stable")
        ends = np.cumsum(np.bincount(octets[:, place], minlength=256))
        for rows in np.split(order, ends[:-1]):
            for left, right in _within(hashes[rows], max_bits):
                first, second = rows[left], rows[right]
                new = ~(octets[first, :place] == octets[second, :place]).any(1)
                yield first[new], second[new]


def neighbour_pairs(embeddings: FloatArray, neighbours: int = NEIGHBOURS, min_cosine: float = MIN_COSINE) -> Pairs:
    """Return the pairs i < j in which one image is among the nearest of the other, by the cosine of their embeddings.

    Args:
        embeddings: one row an image, shape (N, D), of any length; a row of zeros has no neighbour.
        neighbours: how many nearest images of each image count.
        min_cosine: pairs below it are left out.
    """
    n = len(embeddings)
    nearest, cosines = nearest_images(embeddings, np.ones(n, bool), np.arange(n), neighbours)
    row, place = np.nonzero(cosines >= min_cosine)
    neighbour = nearest[row, place]
    return np.divmod(np.unique(np.minimum(row, neighbour) * n + np.maximum(row, neighbour)), max(n, 1))
