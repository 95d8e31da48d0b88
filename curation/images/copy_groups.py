"""The groups of images that show the same picture, those that do harm first."""

from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import Rows
from curation.images.duplicates import Duplicates
from models.arrays import IntArray


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
