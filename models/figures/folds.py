"""Folds: which model may not see which image."""

from collections.abc import Sequence

import numpy as np

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD

DEFAULT_FOLDS = 5


def assign_folds(labels: IntArray, groups: IntArray, classes: Sequence[str], n_folds: int, seed: int) -> IntArray:
    """Return a fold for every row, shape (N,), values 0..n_folds-1.

    Rows of one group share a fold; every class, and what is left over of all classes, is spread evenly.

    Args:
        labels: given class indices, shape (N,).
        groups: group of duplicates a row belongs to, shape (N,); a row alone has a group of its own.
        classes: K names, for the message.
        n_folds: how many folds, at least 2.
        seed: shuffles which group goes where.

    Raises:
        ErrataError: fewer than two folds, or a class has fewer groups than there are folds.
    """
    if n_folds < 2:
        raise ErrataError(f"--folds {n_folds} is too few: an out-of-fold prediction needs at least 2")
    _, first, members = np.unique(groups, return_index=True, return_inverse=True)
    sizes = np.bincount(members)
    class_of = labels[first]  # a group with conflicting labels counts for the class of its first row
    rng = np.random.default_rng(seed)
    fold_of, load = np.empty(len(first), np.int64), np.zeros(n_folds)
    for label in np.unique(labels):
        own = np.flatnonzero(class_of == label)
        if len(own) < n_folds:
            have = int((labels == label).sum())
            advice = f"use --folds {len(own)} or add images" if len(own) > 1 else "add images or leave the class out"
            raise ErrataError(
                f"class {classes[label]!r} has {len(own)} distinct training images ({have} files) "
                f"and cannot be spread over {n_folds} folds; {advice}"
            )
        order = rng.permutation(own)
        order = order[np.argsort(-sizes[order], kind="stable")]  # large groups first, so that the folds come out even
        class_load = np.zeros(n_folds)
        for group in order:
            lightest = np.lexsort((load, class_load))[0]  # within the class; of equal ones over all classes
            fold_of[group] = lightest
            class_load[lightest] += sizes[group]
            load[lightest] += sizes[group]
    return fold_of[members]


def judging_folds(fold: IntArray, groups: IntArray) -> IntArray:
    """Return whose fold's model saw neither an image nor a copy of it, shape (N,); NO_FOLD where none saw it.

    A test image with a copy in train was learned by all fold models but one: their mean would say what that copy's
    label says.

    Args:
        fold: of training rows 0..F-1, NO_FOLD of the others, shape (N,); copies in train share one.
        groups: copies share a group, shape (N,), at least 0.
    """
    of_group = np.full(int(groups.max(initial=-1)) + 1, NO_FOLD)
    trained = fold != NO_FOLD
    of_group[groups[trained]] = fold[trained]
    return of_group[groups]


def inner_split(rows: BoolArray, labels: IntArray, groups: IntArray, seed: int, share: float = 0.15) -> BoolArray:
    """Return which of `rows` to hold back for choosing a setting or a checkpoint, shape (N,).

    Drawn by whole groups, class by class; the held-out fold and the test split take no part. A class with a single
    group among `rows` gives nothing away.
    """
    rng = np.random.default_rng(seed)
    held = np.zeros(len(rows), bool)
    for label in np.unique(labels[rows]):
        own = np.unique(groups[rows & (labels == label)])
        take = rng.permutation(own)[: round(share * len(own)) if len(own) > 3 else min(1, len(own) - 1)]
        held |= rows & np.isin(groups, take)
    return held
