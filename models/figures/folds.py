"""Folds: the images that a model may not see."""

from collections.abc import Sequence

import numpy as np

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD

DEFAULT_FOLDS = 5


def assign_folds(labels: IntArray, groups: IntArray, classes: Sequence[str], n_folds: int, seed: int) -> IntArray:
    """Return a fold for every row, shape (N,), values 0..F-1; F is n_folds, or the number of groups if that is less.

    Rows of one group share a fold; each class, and the remainder of all classes, is spread evenly. A class with fewer
    groups than folds has one in each of some folds: each is then judged by a model that learned from all others of its
    class. A class with a single group cannot be judged (see `too_few_to_judge`), but models learn from it.

    Args:
        labels: given class indices, shape (N,).
        groups: group of duplicates a row belongs to, shape (N,); a row alone has its own group.
        classes: K names, for the message.
        n_folds: how many folds, at least 2.
        seed: shuffles which group goes where.

    Raises:
        ErrataError: fewer than two folds, or no class has two groups.
    """
    if n_folds < 2:
        raise ErrataError(f"--folds {n_folds} is too few: an out-of-fold prediction needs at least 2")
    _, first, group_of_row = np.unique(groups, return_index=True, return_inverse=True)
    _check_groups(labels, group_of_row, classes)
    sizes = np.bincount(group_of_row)
    class_of_group = labels[first]  # a group with conflicting labels counts for the class of its first row
    rng = np.random.default_rng(seed)
    n_folds = min(n_folds, len(first))
    fold_of, load = np.empty(len(first), np.int64), np.zeros(n_folds)
    for label in np.unique(labels):
        members = np.flatnonzero(class_of_group == label)
        order = rng.permutation(members)
        order = order[np.argsort(-sizes[order], kind="stable")]  # large groups first, so that the folds come out even
        class_load = np.zeros(n_folds)
        for group in order:
            lightest = np.lexsort((load, class_load))[0]  # within the class; of equal ones over all classes
            fold_of[group] = lightest
            class_load[lightest] += sizes[group]
            load[lightest] += sizes[group]
    return fold_of[group_of_row]


def too_few_to_judge(labels: IntArray, groups: IntArray, learn: BoolArray) -> BoolArray:
    """Return whose labels cannot be judged, shape (N,): no image of their class but copies can be learned from.

    Args:
        labels: given class indices, shape (N,).
        groups: copies share a group, shape (N,).
        learn: which images models may learn from, shape (N,).
    """
    taught = np.unique(np.stack([labels[learn], groups[learn]], 1), axis=0)  # (T, 2) class, group
    n_groups = np.bincount(taught[:, 0], minlength=int(labels.max(initial=-1)) + 1)
    single = dict(taught[n_groups[taught[:, 0]] == 1].tolist())  # class with one group -> that group
    alone = [single.get(label) == group for label, group in zip(labels.tolist(), groups.tolist(), strict=True)]
    return np.asarray(np.array(alone, bool) | (n_groups[labels] == 0))


def _check_groups(labels: IntArray, group_of_row: IntArray, classes: Sequence[str]) -> None:
    """Refuse labels of which none can be judged."""
    if not too_few_to_judge(labels, group_of_row, np.ones(len(labels), bool)).all():
        return
    n_groups = int(group_of_row.max(initial=-1)) + 1
    if n_groups < len(labels):
        raise ErrataError(
            f"the {len(labels)} training images are copies of {n_groups} "
            f"picture{'s' if n_groups > 1 else ''}, and a label is judged by other pictures of its class; "
            "check that the files show different images, or add images"
        )
    raise ErrataError(
        f"each class has a single training image, such as {classes[labels[0]]!r}, and a label is judged by other "
        "images of its class; add images"
    )


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
    rng, chosen = np.random.default_rng(seed), np.flatnonzero(rows)
    order = chosen[np.argsort(labels[chosen], kind="stable")]
    _, first = np.unique(labels[order], return_index=True)
    drawn = [np.zeros(0, groups.dtype)]
    for members in np.split(groups[order], first[1:]):
        choices = np.unique(members)
        count = round(share * len(choices)) if len(choices) > 3 else min(1, len(choices) - 1)
        drawn.append(rng.permutation(choices)[:count])
    return np.asarray(rows & np.isin(groups, np.concatenate(drawn)))
