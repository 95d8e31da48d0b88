"""Exact and near duplicates among images."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.images.near_pairs import close_pairs, neighbour_pairs
from curation.images.registration import BLOCK, SIDE_PX, register
from models.arrays import BoolArray, ByteArray, FloatArray, IntArray, Progress
from models.files.npz import read_arrays, write_arrays
from models.processors.threads import cores, in_order

MAX_BITS = 14  # of a 64-bit perceptual hash: pairs further apart are not looked at, unless their embeddings are close
MANY, MAX_BITS_OF_MANY = 50_000, 7  # images above which only so many bits are, for the time that pairs take
THUMBNAIL_PX = SIDE_PX
STEP = 1e-9  # between the scores of conflicting labels: far under any probability that matters
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Thumbnails = Callable[[IntArray], ByteArray]  # rows (R,) -> RGB, uint8, (R, 64, 64, 3)


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

    def leak_pairs(self, splits: npt.NDArray[np.str_]) -> BoolArray:
        """Return the leaks and the training images that they show again, shape (N,)."""
        leaked = np.bincount(self.groups, weights=self.leaks(splits)) > 0
        return np.asarray(leaked[self.groups])

    def conflicting(self, labels: IntArray) -> BoolArray:
        """Return which rows have a twin with another label, shape (N,): at least one of the two is wrong."""
        return conflicting_rows(labels, self.groups)


def find_duplicates(
    sha256s: npt.NDArray[np.str_],
    hashes: npt.NDArray[np.uint64],
    thumbnails: Thumbnails,
    embeddings: FloatArray | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Group copies and near copies.

    Looked at are pairs with close perceptual hashes and, where there are embeddings, each image's nearest neighbours.
    Two of them are near copies if one picture lies over the other, perhaps after a crop (see
    `curation.images.registration`), which keeps apart pictures that only share a layout, such as sea under sky.

    Args:
        sha256s: hash of the file's bytes, shape (N,).
        hashes: 64-bit perceptual hash of the picture, shape (N,).
        thumbnails: returns RGB thumbnails, uint8, shape (R, 64, 64, 3), of the asked rows, shape (R,); called from
            several threads.
        embeddings: of the pictures, from a network that was not trained on the labels, shape (N, D).
        progress: told (pairs looked at, pairs).
    """
    _, first, content = np.unique(sha256s, return_index=True, return_inverse=True)  # one row for each distinct file
    exact = np.bincount(content, minlength=1)[content] > 1
    pairs = np.stack(close_pairs(hashes[first], MAX_BITS if len(first) <= MANY else MAX_BITS_OF_MANY), 1)  # (P, 2)
    if embeddings is not None:
        pairs = np.unique(np.concatenate([pairs, np.stack(neighbour_pairs(embeddings[first]), 1)]), axis=0)
    alike = pairs[_registered(first[pairs], thumbnails, progress)]
    return Duplicates(_joined(content, alike), exact, np.isin(content, alike))


def _registered(pairs: IntArray, thumbnails: Thumbnails, progress: Progress | None) -> BoolArray:
    """Return whether one picture of each pair lies over the other, shape (P,)."""
    rows, index = np.unique(pairs, return_inverse=True)
    read = in_order(lambda own: np.rint(thumbnails(own) @ _LUMA).astype(np.uint8), _blocks(rows), cores())
    grey = np.concatenate([np.empty((0, THUMBNAIL_PX, THUMBNAIL_PX), np.uint8), *read])  # each once: 4 kB an image
    blocks, same = _blocks(index.reshape(-1, 2)), [np.empty(0, bool)]
    for found in in_order(lambda own: register(grey[own[:, 0]], grey[own[:, 1]]).same(), blocks, cores()):
        same.append(found)
        if progress:
            progress(sum(map(len, same)), len(pairs))
    return np.concatenate(same)


def _blocks(rows: IntArray) -> Iterator[IntArray]:
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))


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


def conflict_quality(labels: IntArray, groups: IntArray, label_quality: FloatArray) -> FloatArray:
    """Return label_quality with the rows first whose twins carry a label that the models believe more.

    Of copies with different labels all but one label are surely wrong. The label of the copy with the highest quality
    stands, and rows that carry it keep their score: putting both sides first would double the looks.

    Args:
        labels: given class indices, shape (N,).
        groups: copies share a number, shape (N,); see `Duplicates.groups`.
        label_quality: shape (N,), in [0, 1], low = suspicious.

    Returns:
        shape (N,), float32 in [0, 1]: multiples of 1e-9, in their order of before, for rows that are contradicted; at
        least one more for all others.
    """
    quality = np.asarray(label_quality, np.float32).copy()
    believed = np.lexsort((-np.arange(len(quality)), quality, groups))  # the last of each group stands
    ends = np.flatnonzero(np.diff(groups[believed], append=-1))
    standing = np.full(int(groups.max(initial=-1)) + 1, -1, np.int64)
    standing[groups[believed[ends]]] = labels[believed[ends]]
    contradicted = np.flatnonzero(labels != standing[groups])
    first = contradicted[np.argsort(quality[contradicted], kind="stable")]
    others = np.ones(len(quality), bool)
    others[first] = False
    quality[others] = np.maximum(quality[others], np.float32(STEP * len(first)))
    quality[first] = STEP * np.arange(len(first))
    return quality


def conflicting_rows(labels: IntArray, groups: IntArray) -> BoolArray:
    """Return which rows have a twin with another label, shape (N,); arguments as of `conflict_quality`."""
    low = np.full(int(groups.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    high = np.full_like(low, -1)
    np.minimum.at(low, groups, labels)
    np.maximum.at(high, groups, labels)
    return np.asarray(low[groups] != high[groups])


@dataclass(frozen=True)
class CopyGroup:
    """Images that are copies or near copies of one picture."""

    rows: IntArray  # (G,) at least two
    conflicting: bool  # they carry different labels: at least one is wrong
    leak: bool  # some lie in train and some outside it
    near: bool  # nearly the same picture; else the same bytes


def copy_groups(rows: Rows, found: Duplicates) -> list[CopyGroup]:
    """Return the groups: conflicting labels first, then leaks, then the largest.

    Args:
        rows: N images.
        found: which of them are the same picture.
    """
    members = np.flatnonzero(found.shared())
    members = members[np.argsort(found.groups[members], kind="stable")]
    if not len(members):
        return []
    leaked, conflicting = found.leaks(rows.splits), found.conflicting(rows.labels)
    groups = [
        CopyGroup(own, bool(conflicting[own].any()), bool(leaked[own].any()), bool(found.near[own].any()))
        for own in np.split(members, np.flatnonzero(np.diff(found.groups[members])) + 1)
    ]
    return sorted(groups, key=lambda one: (-one.conflicting, -one.leak, -len(one.rows), int(one.rows[0])))
