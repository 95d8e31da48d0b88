"""From file names and labels of a source to checked rows: one label and one split for each image."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from curation.datasets.classes.merges import merge_notices, merged_names, resolved
from curation.datasets.classes.near_names import name_notices
from curation.datasets.rows import Rows
from curation.datasets.sampling import hold_out
from curation.words import first_few
from models.errors import ErrataError, unknown

TEST_FRACTION = 0.2  # of each class, where the data set comes without splits


class Entry(NamedTuple):
    """One image as an image folder or a CSV names it."""

    image_id: str  # POSIX path relative to the data set's root
    label: str  # as given
    split: str  # "train", "val", "test", or "" where the source has no split


def checked_class(name: str) -> str:
    """Return a class name in Unicode's composed form, if a folder may have that name.

    Raises:
        ErrataError: it is empty, contains a slash, '..' or a control character, or begins with a dot or a space.
    """
    name = unicodedata.normalize("NFC", name)  # macOS writes é as two characters
    if not name or name[0] in ". " or ".." in name or not name.isprintable() or set(name) & set("/\\"):
        raise ErrataError(
            f"class {name!r} is not a name: it may not be empty, contain a slash, '..' or letters that do not print, "
            "or begin with a dot or a space; rename it"
        )
    return name


def class_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return class names in order: whole numbers by their value (2 before 10), all others by their letters."""
    known = set(names)
    if all(re.fullmatch(r"-?\d+", name, re.ASCII) for name in known):
        return tuple(sorted(known, key=lambda name: (int(name), name)))
    return tuple(sorted(known))


def make_rows(
    root: Path,
    entries: Sequence[Entry],
    classes: Sequence[str],
    other_classes: Sequence[str],
    seed: int,
    notices: Sequence[str] = (),
    merges: Mapping[str, str] | None = None,
) -> Rows:
    """Check the entries together and return them as rows, ordered by image_id.

    Args:
        root: the data set's folder.
        entries: its images.
        classes: the allowed labels in order; empty: those of the entries, as `class_order` has them.
        other_classes: images with these labels are left out.
        seed: decides the split where the source has none, 80 % train and 20 % test of each class.
        notices: sentences of the reader, on what could be meant otherwise; they go with the rows.
        merges: class -> the class that it is read as.

    Raises:
        ErrataError: there is no image, an image is named twice, a label is outside the classes, a name of a file or
            class cannot be used, there is only one class, a class has no image in train, or classes cannot be merged.
    """
    ordered = sorted(entries)
    _check_ids(root, ordered)
    merges = resolved(merges or {})
    given = [entry.label for entry in ordered]
    composed = {label: _class_of(label, merges) for label in set(given)}  # as given -> composed form
    names = merged_names(composed, merges)
    classes = [name for name in classes if name not in merges]
    if classes:
        _check_labels(root, ordered, names, (*classes, *other_classes))
    kept = [entry for entry in ordered if names[entry.label] not in other_classes]
    order = tuple(classes) or class_order({names[entry.label] for entry in kept})
    index = {label: order.index(name) for label, name in names.items() if name in order}
    labels = np.array([index[entry.label] for entry in kept], dtype=np.int64)
    image_ids = np.array([entry.image_id for entry in kept], dtype=np.str_)
    splits = np.array([entry.split for entry in kept], dtype="<U5")
    unsplit = splits == ""
    held_out = hold_out(image_ids[unsplit], labels[unsplit], TEST_FRACTION, seed)
    splits[unsplit] = np.where(held_out, "test", "train")
    images = dict(zip(order, np.bincount(labels, minlength=len(order)).tolist(), strict=True))
    told = [*notices, *_twice_composed(names, composed), *merge_notices(given, composed, merges), *name_notices(images)]
    rows = Rows(root, order, image_ids, labels, splits, tuple(dict.fromkeys(told)), tuple(sorted(merges.items())))
    _check_classes(rows)
    return rows


def _class_of(label: str, merges: Mapping[str, str]) -> str:
    """Return the class of a label; a name that no class may have is no fault where it is read as another."""
    return label if label in merges else checked_class(label)


def _twice_composed(names: Mapping[str, str], composed: Mapping[str, str]) -> list[str]:
    """Return a sentence for each class whose name stands in two forms of Unicode, which look alike."""
    counts = Counter(composed.values())
    twice = sorted(name for name, count in counts.items() if count > 1 and name in names.values())
    return [f"class {name!r} is written in two forms of Unicode that look alike: read as one class" for name in twice]


def _check_ids(root: Path, ordered: Sequence[Entry]) -> None:
    """Refuse an empty data set, an image that is named twice, and file names that cannot be written as UTF-8."""
    if not ordered:
        raise ErrataError(f"no image in {root}; expected SPLIT/CLASS/*.jpg, CLASS/*.jpg or a CSV filepath,label")
    counts = Counter(entry.image_id for entry in ordered)
    twice = [image_id for image_id, count in counts.items() if count > 1]
    if twice:
        doubles = [entry for entry in ordered if entry.image_id == twice[0]]
        splits, labels = sorted({entry.split for entry in doubles}), sorted({entry.label for entry in doubles})
        how = "more than once" if len(labels) == 1 else f"with different labels ({first_few(labels)})"
        how = f"in two splits ({' and '.join(splits)})" if len(splits) > 1 else how
        raise ErrataError(f"{root}: named {how}: {first_few(twice)}; give each image one line, label and split")
    for image_id in counts:
        if not image_id.isascii() and any("\ud800" <= character <= "\udfff" for character in image_id):
            how = sys.getfilesystemencoding()
            hint = "rename the file" if how == "utf-8" else f"names are read as {how} here: set PYTHONUTF8=1"
            raise ErrataError(f"{root}: the file name {image_id!r} is not UTF-8; {hint}")


def _check_labels(root: Path, ordered: Sequence[Entry], names: Mapping[str, str], allowed: Sequence[str]) -> None:
    """Refuse labels outside the class list."""
    unknown_labels = {label for label, name in names.items() if name not in allowed}
    for entry in ordered if unknown_labels else ():
        if entry.label in unknown_labels:
            raise ErrataError(f"{root}, image {entry.image_id!r}: {unknown('class', names[entry.label], allowed)}")


def _check_classes(rows: Rows) -> None:
    """Refuse a data set with a single class, or with a class that has no training image."""
    if len(rows.classes) < 2:
        raise ErrataError(f"{rows.root} has only one class ({', '.join(rows.classes)}); label errors need at least two")
    counts = np.bincount(rows.labels[rows.splits == "train"], minlength=len(rows.classes))
    if not counts.any():
        raise ErrataError(f"{rows.root} has no training image; put some into {rows.root / 'train'}/CLASS/")
    missing = [name for name, count in zip(rows.classes, counts, strict=True) if count == 0]
    if missing:
        raise ErrataError(
            f"{rows.root} has no training image of {first_few(missing)}; add some or remove the class everywhere"
        )
