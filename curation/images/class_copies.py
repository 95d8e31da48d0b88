"""Classes whose files are copies of those of another class: one class under two names, or images with two labels."""

from collections import Counter
from itertools import permutations

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.words import counted

_SHARE = 0.5  # of a class's different training files; below it, copies are single mistakes, which the audit lists


def class_copy_notices(rows: Rows, sha256s: npt.NDArray[np.str_]) -> list[str]:
    """Return a sentence for each class of which half the training files or more lie in another class too.

    Args:
        rows: N images.
        sha256s: of their files, shape (N,).
    """
    train = rows.splits == "train"
    _, content = np.unique(sha256s[train], return_inverse=True)
    pairs = np.unique(np.stack([content, rows.labels[train]], 1), axis=0)  # (P, 2) content, class
    sizes = Counter(pairs[:, 1].tolist())
    shared = _shared(pairs)
    sentences = []
    for (label, other), count in sorted(shared.items()):
        same = count == sizes[label] == sizes[other]
        if count < _SHARE * sizes[label] or (same and label > other):
            continue
        name, twin = rows.classes[label], rows.classes[other]
        if same:
            sentences.append(
                f"the classes {name} and {twin} hold the same {counted(count, 'training file')}: if they are one "
                f"class, merge them (--merge-classes '{twin}={name}'), else each of these images has two labels"
            )
            continue
        amount = f"all {count:,}" if count == sizes[label] else f"{count:,} of {sizes[label]:,}"
        sentences.append(
            f"{amount} training files of class {name} are copies of files of class {twin}: these images have two labels"
        )
    return sentences


def _shared(pairs: npt.NDArray[np.int64]) -> Counter[tuple[int, int]]:
    """Return (class, another class) -> how many contents both have."""
    counts: Counter[tuple[int, int]] = Counter()
    classes_of: dict[int, list[int]] = {}
    doubled = np.flatnonzero(np.bincount(pairs[:, 0]) > 1)
    for content, label in pairs[np.isin(pairs[:, 0], doubled)].tolist():
        classes_of.setdefault(content, []).append(label)
    for labels in classes_of.values():
        counts.update(permutations(labels, 2))
    return counts
