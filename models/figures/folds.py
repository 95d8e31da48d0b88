"""Folds: the images that a model may not see."""

from collections.abc import Sequence

import numpy as np

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD

DEFAULT_FOLDS = 5


def assign_folds(labels: IntArray, groups: IntArray, classes: Sequence[str], n_folds: int, seed: int) -> IntArray:
    """Return a fold for every row, shape (N,), values 0..n_folds-1.

    Rows of one group share a fold; each class, and the remainder of all classes, is spread evenly.

    Args:
        labels: given class indices, shape (N,).
        groups: group of duplicates a row belongs to, shape (N,); a row alone has its own group.
        classes: K names, for the message.
        n_folds: how many folds, at least 2.
        seed: shuffles which group goes where.

    Raises:
        ErrataError: fewer than two folds, or a class has fewer groups than there are folds.
    """
    if n_folds < 2:
        raise ErrataError(f"--folds {n_folds} is too few: an out-of-fold prediction needs at least 2")
    _, first, group_of_row = np.unique(groups, return_index=True, return_inverse=True)
    sizes = np.bincount(group_of_row)
    class_of_group = labels[first]  # a group with conflicting labels counts for the class of its first row
    rng = np.random.default_rng(seed)
    fold_of, load = np.empty(len(first), np.int64), np.zeros(n_folds)
    for label in np.unique(labels):
        members = np.flatnonzero(class_of_group == label)
        if len(members) < n_folds:
            have = int((labels == label).sum())
            count = len(members)
            advice = f"use --folds {count} or add images" if count > 1 else "add images or leave the class out"
            raise ErrataError(
                f"class {classes[label]!r} has {count} distinct training images ({have} files) "
                f"and cannot be spread over {n_folds} folds; {advice}"
            )
        order = rng.permutation(members)
        order = order[np.argsort(-sizes[order], kind="stable")]  # large groups first, so that the folds come out even
        class_load = np.zeros(n_folds)
        for group in order:
            lightest = np.lexsort((load, class_load))[0]  # within the class; of equal ones over all classes
            fold_of[group] = lightest
            class_load[lightest] += sizes[group]
            load[lightest] += sizes[group]
    return fold_of[group_of_row]


def judging_folds(fold: IntArray, groups: IntArray) -> IntArray:
    """Return the fold whose model saw neither the image nor a copy of it, shape (N,); NO_FOLD where no model saw it.

    All fold models but one learned the training copy of a test image: their mean would repeat the label of that copy.

    Args:
        fold: of training rows 0..F-1, NO_FOLD for all others, shape (N,); training copies share a fold.
        groups: copies share a group, shape (N,), at least 0.
    """
    of_group = np.full(int(groups.max(initial=-1)) + 1, NO_FOLD)
    trained = fold != NO_FOLD
    of_group[groups[trained]] = fold[trained]
    return of_group[groups]


def inner_split(rows: BoolArray, labels: IntArray, groups: IntArray, seed: int, share: float = 0.15) -> BoolArray:
    """Return which of `rows` to hold back for choosing a setting or a checkpoint, shape (N,), bool.

    Drawn by whole groups, class by class; the held-out fold and the test split take no part. Nothing is held back of
    a class with a single group among `rows`.
    """
    rng = np.random.default_rng(seed)
    held = np.zeros(len(rows), bool)
    for label in np.unique(labels[rows]):
        choices = np.unique(groups[rows & (labels == label)])
        count = round(share * len(choices)) if len(choices) > 3 else min(1, len(choices) - 1)
        drawn = rng.permutation(choices)[:count]
        held |= rows & np.isin(groups, drawn)
    return held
