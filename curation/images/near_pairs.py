"""Pairs of images that may be copies of each other: with close hashes, or with close embeddings."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from curation.scoring.neighbours import nearest_images, unit
from models.arrays import BoolArray, Features, IntArray
from models.processors.blocks import read_rows
from models.processors.threads import cores, in_order

Pairs = tuple[IntArray, IntArray]  # rows i < j, (P,) each

NEIGHBOURS = 5  # nearest images that are paired with each image
MIN_COSINE = 0.7  # of their embeddings; copies have 0.74 or more in those of EfficientNet (docs/studies/copies.md)
MIN_COSINE_OF_HASHES = 0.5  # of pairs with close hashes; copies among them have 0.66 or more
_PART_BITS = 7  # of hashes that differ in at most so many bits, one of four parts differs in one bit or none
_HASHES = 512  # compared with all at a time
_PAIRS = 2**20  # at a time
_COMPARED = 4096  # pairs whose embeddings are compared at a time


def close_pairs(hashes: npt.NDArray[np.uint64], max_bits: int) -> Pairs:
    """Return the pairs i < j whose 64-bit hashes differ in at most `max_bits` bits, each once, in order.

    For up to seven bits only hashes are compared of which one of four parts differs in at most one bit, which misses no
    pair: of a million evenly spread hashes each is compared with 500 others. For more bits all N * N / 2 pairs are.
    """
    blocks = list(_sharing_a_part(hashes, max_bits) if max_bits <= _PART_BITS else _within(hashes, max_bits))
    pairs = np.concatenate([np.empty((0, 2), np.int64), *(np.stack(block, 1) for block in blocks)])
    n = max(len(hashes), 1)
    return np.divmod(np.unique(pairs.min(1) * n + pairs.max(1)), n)


def in_one_direction(embeddings: Features, pairs: IntArray, min_cosine: float = MIN_COSINE_OF_HASHES) -> BoolArray:
    """Return which pairs have embeddings that point in about one direction, shape (P,); a row of zeros has none.

    Args:
        embeddings: one row an image, shape (N, D); read a block of pairs at a time, so that they may lie in a file.
        pairs: rows, shape (P, 2), best in order.
        min_cosine: of pairs that count; pairs with a row of zeros count too.
    """

    def block(start: int) -> BoolArray:
        rows, place = np.unique(pairs[start : start + _COMPARED], return_inverse=True)
        units = unit(read_rows(embeddings, rows))
        first, second = units[place.reshape(-1, 2)].swapaxes(0, 1)
        nothing = ~(first.any(1) & second.any(1))
        return np.asarray(nothing | (np.einsum("pd,pd->p", first, second) >= min_cosine))

    blocks = in_order(block, range(0, len(pairs), _COMPARED), cores())
    return np.concatenate([np.empty(0, bool), *blocks])


def _within(hashes: npt.NDArray[np.uint64], max_bits: int) -> Iterator[Pairs]:
    """Yield the close pairs among some hashes, in blocks."""

    def block(start: int) -> Pairs:
        bits = np.bitwise_count(hashes[start : start + _HASHES, None] ^ hashes[None, start:])
        left, right = np.nonzero(bits <= max_bits)
        apart = right > left
        return left[apart] + start, right[apart] + start

    yield from in_order(block, range(0, len(hashes), _HASHES), cores())


def _sharing_a_part(hashes: npt.NDArray[np.uint64], max_bits: int) -> Iterator[Pairs]:
    """Yield the close pairs among hashes with a part of 16 bits that differs in one bit or none; some pairs twice."""
    parts = np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, 4)
    for place in range(4):
        order = np.argsort(parts[:, place], kind="stable")
        keys, ordered = parts[order, place], hashes[order]
        starts = np.searchsorted(keys, np.arange(2**16 + 1))
        for flip in (0, *(1 << bit for bit in range(16))):
            partner = keys ^ np.uint16(flip)
            first, last = starts[partner], starts[partner.astype(np.int64) + 1]
            if flip:  # of two buckets the lower one asks
                last = np.where(partner > keys, last, first)
            else:  # within a bucket, those behind
                first = np.arange(1, len(keys) + 1)
            for left, right in _between(first, last):
                near = np.bitwise_count(ordered[left] ^ ordered[right]) <= max_bits
                yield order[left[near]], order[right[near]]


def _between(first: IntArray, last: IntArray) -> Iterator[Pairs]:
    """Yield each row i with each number from first[i] up to last[i], so many pairs at a time."""
    counts = np.maximum(last - first, 0)
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        reached = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, reached + _PAIRS, "right")))
        some = counts[start:stop]
        row = np.repeat(np.arange(start, stop), some)
        yield row, np.arange(len(row)) - np.repeat(np.cumsum(some) - some, some) + np.repeat(first[start:stop], some)
        start = stop


def neighbour_pairs(
    embeddings: Features,
    neighbours: int = NEIGHBOURS,
    min_cosine: float = MIN_COSINE,
    among: BoolArray | None = None,
) -> Pairs:
    """Return the pairs i < j in which one image is among the nearest of the other, by the cosine of their embeddings.

    Args:
        embeddings: one row an image, shape (N, D), of any length; a row of zeros has no neighbour.
        neighbours: how many nearest images of each image count.
        min_cosine: pairs below it are left out.
        among: images that are paired, shape (N,); all by default.
    """
    n = len(embeddings)
    paired = np.ones(n, bool) if among is None else among
    nearest, cosines = nearest_images(embeddings, paired, np.arange(n), neighbours)
    row, place = np.nonzero((cosines >= min_cosine) & paired[:, None])
    neighbour = nearest[row, place]
    return np.divmod(np.unique(np.minimum(row, neighbour) * n + np.maximum(row, neighbour)), max(n, 1))
