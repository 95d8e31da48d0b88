"""Which images of a data set a training learns from, chooses the best epoch on, and is tested on."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curation.datasets.rows import Rows
from curation.datasets.sampling import at_most
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError, unknown
from models.figures.folds import inner_split

FEWEST = 2  # images of a class to learn from


@dataclass(frozen=True)
class TrainingData:
    """N readable images of the wanted classes, and which of them learn, choose the epoch and test."""

    checked: CheckedRows
    groups: IntArray  # (N,) copies of one picture share a number
    learn: BoolArray  # (N,)
    val: BoolArray  # (N,)
    test: BoolArray  # (N,)
    leaks: int  # test images with a twin among those that learn

    def used(self) -> "TrainingData":
        """Return the images that learn, choose or test, without those that `max_train_images` left out."""
        used = self.learn | self.val | self.test
        return TrainingData(
            self.checked.where(used), self.groups[used], self.learn[used], self.val[used], self.test[used], self.leaks
        )


def training_data(
    checked: CheckedRows,
    duplicates: Duplicates,
    classes: tuple[str, ...] = (),
    max_train_images: int = 0,
    seed: int = 0,
) -> TrainingData:
    """Choose the images that learn, those that choose the best epoch, and those that test.

    The validation images are the val split where there is one, else an inner split of train, drawn by whole groups of
    duplicates; the test split takes no part in training.

    Args:
        checked: the readable images of a data set.
        duplicates: groups of copies.
        classes: those to tell apart, in this order; all where empty.
        max_train_images: of the train split, drawn in the proportions of the classes; 0 = all.
        seed: of these draws.

    Raises:
        ErrataError: an unknown class or one that is named twice, fewer than two classes, or too few images of one.
    """
    kept = of_classes(checked.rows, classes)
    groups = duplicates.groups[kept]
    checked = _with_classes(checked.where(kept), classes or checked.rows.classes)
    rows = checked.rows
    train = rows.splits == "train"
    if max_train_images < 0:
        raise ErrataError(f"--max-train-images {max_train_images} is negative; give 0 for all")
    if max_train_images:
        train_rows = np.flatnonzero(train)
        train[train_rows] = at_most(rows.image_ids[train_rows], rows.labels[train_rows], max_train_images, seed)
    val = rows.splits == "val"
    if not val.any():
        val = inner_split(train, rows.labels, groups, seed)
    learn = train & ~val
    _check_counts(rows, learn)
    test = rows.splits == "test"
    leaks = int(np.isin(groups[test], groups[learn]).sum())
    return TrainingData(checked, groups, learn, val, test, leaks)


def of_classes(rows: Rows, classes: tuple[str, ...]) -> BoolArray:
    """Return which rows are of the classes, shape (N,); all where no class is named.

    Raises:
        ErrataError: an unknown class or one that is named twice, or a single class.
    """
    for name in classes:
        if name not in rows.classes:
            raise _unknown_class(name, rows.classes)
    if len(set(classes)) < len(classes):
        raise ErrataError(f"a class is named twice in --classes {','.join(classes)}; name each once")
    if len(classes) == 1:
        raise ErrataError(f"--classes {classes[0]} leaves nothing to tell apart; name at least two")
    wanted = [rows.classes.index(name) for name in classes or rows.classes]
    return np.asarray(np.isin(rows.labels, wanted))


def _unknown_class(name: str, classes: tuple[str, ...]) -> ErrataError:
    for known in classes:
        if name in [part.strip() for part in known.split(",")]:
            return ErrataError(f"the class {known!r} has a comma in its name; write it in quotes: '\"{known}\",…'")
    return unknown("class", name, classes)


def _with_classes(checked: CheckedRows, classes: tuple[str, ...]) -> CheckedRows:
    """Return the images with labels that index into these classes alone, in this order."""
    rows = checked.rows
    new = {rows.classes.index(name): place for place, name in enumerate(classes)}
    labels: IntArray = np.array([new[label] for label in rows.labels.tolist()], np.int64)
    return replace(checked, rows=replace(rows, classes=classes, labels=labels))


def _check_counts(rows: Rows, learn: BoolArray) -> None:
    counts = np.bincount(rows.labels[learn], minlength=len(rows.classes))
    for name, count in zip(rows.classes, counts.tolist(), strict=True):
        if count < FEWEST:
            raise ErrataError(
                f"class {name!r} has {count} images to learn from in {Path(rows.root).name}; "
                f"at least {FEWEST} are needed: add some, raise --max-train-images or leave the class out"
            )
