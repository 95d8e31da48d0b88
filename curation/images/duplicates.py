"""Exact and near duplicates among images."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.images.compared_pairs import ComparedPairs
from curation.images.near_pairs import close_pairs, in_one_direction, neighbour_pairs
from curation.images.picture_file import PictureFile
from curation.images.registration import BLOCK, SIDE_PX, Coarse, first_look, second_look
from models.arrays import BoolArray, ByteArray, FloatArray, IntArray, Progress
from models.errors import ErrataError
from models.files.npz import Like, read_arrays, write_arrays
from models.files.schemas import AUDIT_AGAIN
from models.processors.threads import cores, in_order

MAX_BITS = 14  # of a 64-bit perceptual hash: pairs further apart are not compared, unless their embeddings are close
MANY, MAX_BITS_OF_MANY = 50_000, 7  # above so many images, pairs must be closer: there would be too many to compare
THUMBNAIL_PX = SIDE_PX
_FIRST_LOOKS = 1024  # pairs at a time: about 30 MB
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Thumbnails = Callable[[IntArray], ByteArray]  # rows (R,) -> RGB, uint8, (R, 64, 64, 3)


@dataclass(frozen=True)
class Duplicates:
    """Which of N images are the same picture."""

    groups: IntArray  # (N,) rows with the same number are copies or near copies of one picture
    exact: BoolArray  # (N,) another row has the same bytes
    near: BoolArray  # (N,) another row is nearly the same picture

    def save(self, path: Path) -> None:
        """Write the groups and flags as .npz, whole or not at all."""
        write_arrays(path, groups=self.groups, exact=self.exact, near=self.near)

    @classmethod
    def load(cls, path: Path) -> "Duplicates":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        like = {"groups": Like("whole", ("N",)), "exact": Like("flags", ("N",)), "near": Like("flags", ("N",))}
        arrays = read_arrays(path, like=like, advice=AUDIT_AGAIN)
        groups = arrays["groups"]
        if len(groups) and not 0 <= groups.min() <= groups.max() < len(groups):
            raise ErrataError(f"{path} has a group that no image can have; {AUDIT_AGAIN}")
        return cls(groups, arrays["exact"], arrays["near"])

    def shared(self) -> BoolArray:
        """Return which rows have a twin, shape (N,)."""
        return np.asarray(np.bincount(self.groups)[self.groups] > 1)

    def exact_only(self, contents: npt.NDArray[np.str_]) -> "Duplicates":
        """Return the same with only equal contents, shape (N,), in a group; near copies are still known as such."""
        return replace(self, groups=np.unique(contents, return_inverse=True)[1].astype(np.int64))

    def leaks(self, splits: npt.NDArray[np.str_]) -> BoolArray:
        """Return which rows outside train have a twin in train, shape (N,)."""
        in_train = np.bincount(self.groups, weights=splits == "train") > 0
        return np.asarray((splits != "train") & in_train[self.groups])

    def leak_pairs(self, splits: npt.NDArray[np.str_]) -> BoolArray:
        """Return the leaks and the training images that they show again, shape (N,)."""
        leaked = np.bincount(self.groups, weights=self.leaks(splits)) > 0
        return np.asarray(leaked[self.groups])

    def conflicting(self, labels: IntArray) -> BoolArray:
        """Return which rows have a twin with another label, shape (N,): one of the two is usually wrong."""
        lowest = np.full(int(self.groups.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        highest = np.full_like(lowest, -1)
        np.minimum.at(lowest, self.groups, labels)
        np.maximum.at(highest, self.groups, labels)
        return np.asarray(lowest[self.groups] != highest[self.groups])


def find_duplicates(
    sha256s: npt.NDArray[np.str_],
    hashes: npt.NDArray[np.uint64],
    thumbnails: Thumbnails,
    embeddings: Callable[[], FloatArray] | None = None,
    kept: ComparedPairs | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Group copies and near copies.

    The candidates are pairs with close perceptual hashes and, where there are embeddings, each image with its nearest
    neighbours; embeddings in quite different directions part a pair. Two candidates are near copies if one picture lies
    over the other, perhaps after a crop (see `curation.images.registration`), which keeps apart pictures that only
    share a layout, such as sea under sky.

    Args:
        sha256s: hash of the file's bytes, shape (N,).
        hashes: 64-bit perceptual hash of the picture, shape (N,).
        thumbnails: returns RGB thumbnails, uint8, shape (R, 64, 64, 3), of the asked rows, shape (R,); called from
            several threads.
        embeddings: returns those of the pictures, from a network that was not trained on the labels, shape (N, D); read
            in blocks where there are many, so that they may lie in a file.
        kept: pairs that were compared before; `thumbnails` and `embeddings` are only called for what is new.
        progress: told (pairs compared, pairs to compare).
    """
    contents, first, content = np.unique(sha256s, return_index=True, return_inverse=True)  # one row for each content
    exact = np.bincount(content, minlength=1)[content] > 1

    def propose() -> IntArray:
        return _candidates(hashes, first, content, embeddings() if embeddings else None)

    def compare(pairs: IntArray) -> BoolArray:
        return _same_picture(first[pairs], thumbnails, progress)

    if kept:
        alike = kept.alike(contents, propose, compare)
    else:
        pairs = propose()
        alike = pairs[compare(pairs)]
    return Duplicates(_groups(content, alike), exact, np.isin(content, alike))


def grey(thumbnails: ByteArray) -> ByteArray:
    """Return RGB pictures, shape (..., 3), as grey ones, shape (...), as `register` takes them."""
    return np.asarray(np.rint(thumbnails @ _LUMA).astype(np.uint8))


def _candidates(
    hashes: npt.NDArray[np.uint64], first: IntArray, content: IntArray, embeddings: FloatArray | None
) -> IntArray:
    """Return the pairs i < j of C contents that may be near copies, in order, shape (P, 2).

    Embeddings also part pairs whose hashes are close by chance, such as those of dark pictures.

    Args:
        hashes: of N images, shape (N,).
        first: a row of each content, shape (C,).
        content: of each row, shape (N,), 0..C-1.
        embeddings: shape (N, D), read in blocks: they may lie in a file.
    """
    n = len(first)
    pairs = np.stack(close_pairs(hashes[first], MAX_BITS if n <= MANY else MAX_BITS_OF_MANY), 1)
    if embeddings is None:
        return pairs
    among = np.zeros(len(content), bool)
    among[first] = True
    neighbours = np.sort(content[np.stack(neighbour_pairs(embeddings, among=among), 1)], axis=1)
    pairs = np.concatenate([pairs[in_one_direction(embeddings, first[pairs])], neighbours])
    return np.stack(np.divmod(np.unique(pairs[:, 0] * n + pairs[:, 1]), max(n, 1)), 1)


def _same_picture(pairs: IntArray, thumbnails: Thumbnails, progress: Progress | None) -> BoolArray:
    """Return whether one picture of each pair lies over the other, shape (P,).

    All pairs are compared at a quarter of the side, of which 500 bytes a picture are kept in memory; the few pairs that
    pass are compared at full size, of which 4 kB a picture lie in a file.
    """
    rows, index = np.unique(pairs, return_inverse=True)
    index, same = index.reshape(-1, 2), np.zeros(len(pairs), bool)

    def look(start: int) -> tuple[IntArray, FloatArray]:
        sides = index[start : start + _FIRST_LOOKS].T
        hopeful, place, _ = first_look(coarse.where(sides[0]), coarse.where(sides[1]))
        return hopeful + start, place

    def compare(block: tuple[IntArray, FloatArray]) -> tuple[IntArray, BoolArray]:
        chosen, place = block
        return chosen, second_look(pictures[index[chosen, 0]], pictures[index[chosen, 1]], place).same()

    with PictureFile((THUMBNAIL_PX, THUMBNAIL_PX)) as pictures:
        coarse = _decoded(rows, thumbnails, pictures)
        passed = [(np.empty(0, np.int64), np.empty((0, 4), np.float32))]
        for start, hopeful in enumerate(in_order(look, range(0, len(pairs), _FIRST_LOOKS), cores()), 1):
            passed.append(hopeful)
            if progress:
                progress(min(start * _FIRST_LOOKS, len(pairs)), len(pairs))
        chosen, places = (np.concatenate(part) for part in zip(*passed, strict=True))
        blocks = ((chosen[s : s + BLOCK], places[s : s + BLOCK]) for s in range(0, len(chosen), BLOCK))
        for block, answers in in_order(compare, blocks, cores()):
            same[block] = answers
    return same


def _decoded(rows: IntArray, thumbnails: Thumbnails, pictures: PictureFile) -> Coarse:
    """Decode each picture once, put it into the file, and return what the first look needs."""

    def decode(block: IntArray) -> tuple[ByteArray, Coarse]:
        greys = grey(thumbnails(block))
        return greys, Coarse.of(greys)

    parts = [Coarse.of(np.empty((0, THUMBNAIL_PX, THUMBNAIL_PX), np.uint8))]
    for greys, coarse in in_order(decode, _blocks(rows), cores()):
        pictures.append(greys)
        parts.append(coarse)
    return Coarse(np.concatenate([part.sums for part in parts]), np.concatenate([part.fine for part in parts]))


def _blocks(rows: IntArray) -> Iterator[IntArray]:
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))


def _groups(content: IntArray, pairs: IntArray) -> IntArray:
    """Return group numbers, shape (N,), of rows with C contents, shape (N,), after joining pairs of contents, (P, 2).

    Not SciPy's connected components: they are numbered differently, and the folds of trained models depend on it.
    """
    parent = np.arange(content.max(initial=-1) + 1)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = int(parent[node])
        return node

    for first, second in pairs.tolist():
        parent[root(first)] = root(second)
    roots = np.array([root(node) for node in range(len(parent))], np.int64)
    return np.unique(roots[content], return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class CopyGroup:
    """Images that are copies or near copies of one picture."""

    rows: IntArray  # (G,) at least two
    conflicting: bool  # they carry different labels: one is usually wrong
    leak: bool  # some lie in train and some outside it
    near: bool  # nearly the same picture; else the same bytes


def copy_groups(rows: Rows, duplicates: Duplicates) -> list[CopyGroup]:
    """Return the groups: conflicting labels first, then leaks, then the largest.

    Args:
        rows: N images.
        duplicates: which of them are the same picture.
    """
    members = np.flatnonzero(duplicates.shared())
    members = members[np.argsort(duplicates.groups[members], kind="stable")]
    if not len(members):
        return []
    leaked, conflicting = duplicates.leaks(rows.splits), duplicates.conflicting(rows.labels)
    groups = [
        CopyGroup(twins, bool(conflicting[twins].any()), bool(leaked[twins].any()), bool(duplicates.near[twins].any()))
        for twins in np.split(members, np.flatnonzero(np.diff(duplicates.groups[members])) + 1)
    ]
    return sorted(groups, key=lambda group: (-group.conflicting, -group.leak, -len(group.rows), int(group.rows[0])))
