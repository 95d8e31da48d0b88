"""Train, val and test drawn anew: stratified by class, copies together, equal for equal seeds on every machine."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import SPLITS
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError, unknown

KEEP = "keep"


def parse_shares(text: str) -> dict[str, float] | None:
    """Return the share of each split, as `train=.8,val=.1,test=.1` says it; None for `keep`.

    Raises:
        ErrataError: a split is unknown or named twice, a share is not a number or outside [0, 1], train gets nothing,
            or the shares do not sum to 1.
    """
    if text.strip() == KEEP:
        return None
    shares: dict[str, float] = {}
    for part in text.split(","):
        split, _, number = (piece.strip() for piece in part.partition("="))
        if split not in SPLITS:
            raise unknown("split", split, SPLITS)
        if split in shares:
            raise ErrataError(f"--remake {text!r} names {split} twice; name each split once")
        try:
            shares[split] = float(number)
        except ValueError:
            raise ErrataError(f"--remake {text!r}: {number!r} is not a number; write train=.8,val=.1,test=.1") from None
        if not 0 <= shares[split] <= 1:
            raise ErrataError(f"--remake {text!r}: {split} gets {number}; a share is from 0 to 1")
    if not math.isclose(sum(shares.values()), 1, abs_tol=1e-6):
        raise ErrataError(f"--remake {text!r}: the shares sum to {sum(shares.values()):g}; they must sum to 1")
    if not shares.get("train"):
        raise ErrataError(f"--remake {text!r} leaves train empty; nothing could be learned from it")
    return {split: shares[split] for split in SPLITS if shares.get(split)}


def remake(
    image_ids: npt.NDArray[np.str_],
    labels: IntArray,
    groups: IntArray,
    members: BoolArray,
    shares: dict[str, float],
    seed: int,
) -> npt.NDArray[np.str_]:
    """Return a split for each image, shape (N,); images of a group are never separated.

    Class by class, the groups are handed out, large groups first and groups of one size in an order drawn by a hash of
    seed and name. Each group goes to the split that has the least of its share of the class and room for half of the
    group; so copies are spread like other images, and a class of very few images goes to the largest split. Neither the
    order of rows nor a random generator has an influence.

    Args:
        image_ids: unique names, shape (N,).
        labels: class indices, shape (N,); a group counts for the class most of its images have.
        groups: copies share a number, shape (N,).
        members: images that count, shape (N,); the others go with their group.
        shares: of the splits, positive, sum 1.
        seed: another seed, another choice.
    """
    order = np.argsort(image_ids, kind="stable")
    _, first, numbers = np.unique(groups[order], return_index=True, return_inverse=True)
    keys = image_ids[order][first].tolist()  # the first name of each group
    group = np.empty(len(groups), np.int64)
    group[order] = numbers
    sizes = np.bincount(group[members], minlength=len(keys))
    class_of = _class_of(group, labels, members)
    drawn = [hashlib.blake2b(f"{seed}/{key}".encode(), digest_size=8).digest() for key in keys]
    names, wanted, size_of = list(shares), list(shares.values()), sizes.tolist()
    split_of, lacks_overall = np.zeros(len(keys), np.int64), [share * sum(size_of) for share in wanted]
    for label in np.unique(class_of).tolist():
        of_class = np.flatnonzero(class_of == label).tolist()
        lacks = [share * int(sizes[of_class].sum()) for share in wanted]
        for number in sorted(of_class, key=lambda number: (-size_of[number], drawn[number])):
            chosen = _neediest(size_of[number], lacks, lacks_overall, wanted)
            split_of[number] = chosen
            lacks[chosen] -= size_of[number]
            lacks_overall[chosen] -= size_of[number]
    return np.array(names, "<U5")[split_of][group]


def _neediest(size: int, lacks: Sequence[float], lacks_overall: Sequence[float], wanted: Sequence[float]) -> int:
    """Return the split for a group of `size` images; `lacks` are images still to come, of the class and of all.

    Numbers are rounded so that ties are ties. There are two or three splits: too few for arrays to pay.
    """
    splits = range(len(wanted))
    full = [2 * _rounded(lack) < size for lack in lacks]
    if all(full):
        return min(splits, key=lambda split: (-_rounded(lacks[split]), -lacks_overall[split]))
    shares = [
        (full[split], _rounded(-lacks[split] / wanted[split]), _rounded(-lacks_overall[split] / wanted[split]))
        for split in splits
    ]
    return min(splits, key=shares.__getitem__)


def _rounded(number: float) -> float:
    """Return a number to nine places, as NumPy rounds it: earlier versions were made so."""
    return round(number * 1e9) / 1e9


def _class_of(group: IntArray, labels: IntArray, members: BoolArray) -> IntArray:
    """Return the class of most members of each group, the first of equally many; of all images where no member is."""
    order = np.lexsort((labels, group))
    pairs, counts = np.unique(np.stack([group[order], labels[order]], 1), axis=0, return_counts=True)
    of_members = np.zeros(len(pairs), np.int64)
    width = int(labels.max(initial=0)) + 1
    keys = pairs[:, 0] * width + pairs[:, 1]
    np.add.at(of_members, np.searchsorted(keys, (group * width + labels)[members]), 1)
    best = np.lexsort((pairs[:, 1], -counts, -of_members, pairs[:, 0]))
    _, first = np.unique(pairs[best][:, 0], return_index=True)
    return np.asarray(pairs[best][first, 1], np.int64)
