"""The differences between two versions of a data set, image by image."""

from collections import Counter
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import numpy as np

from curation.versions.rows import CuratedRows
from curation.versions.store import Version
from models.arrays import IntArray
from models.errors import ErrataError
from models.files.tables import write_csv_for_people

NOT_THERE = "not in it"  # the data set did not have the image when the version was made


@dataclass(frozen=True)
class Change:
    """An image that two versions treat differently."""

    image_id: str
    kind: str  # label, split, membership, content; several joined by +
    old_label: str  # class name, several joined by |; empty where the image is not in the version
    new_label: str
    old_split: str  # or why it is left out
    new_split: str
    decision: str  # of the new version; without one there, that of the old version as `undone relabel`
    reviewers: tuple[str, ...]  # who decided
    time: str  # UTC


@dataclass(frozen=True)
class _Side:
    """How a version treats one image."""

    label: str
    split: str
    member: bool
    sha256: str
    decision: str
    reviewers: tuple[str, ...]
    time: str


_ABSENT = _Side("", NOT_THERE, False, "", "", (), "")


def diff_versions(old: Version, new: Version) -> list[Change]:
    """Return each changed label, split, membership and file, ordered by image_id.

    Raises:
        ErrataError: they are of different data sets.
    """
    if old.dataset != new.dataset:
        raise ErrataError(f"{old.dataset!r} and {new.dataset!r} are different data sets; give two versions of one")
    rows = _rows_to_compare(old.images, new.images)
    before, after = _sides(old.images, rows), _sides(new.images, rows)
    pairs = ((image, before.get(image, _ABSENT), after.get(image, _ABSENT)) for image in sorted({*before, *after}))
    changes = (_change(image, side_before, side_after) for image, side_before, side_after in pairs)
    return [change for change in changes if change]


def change_counts(changes: list[Change]) -> dict[str, int]:
    """Return the number of changes of each kind."""
    return dict(sorted(Counter(kind for change in changes for kind in change.kind.split("+")).items()))


def write_changes(changes: list[Change], path: Path) -> None:
    """Write the changes as CSV, a column a field; several reviewers are joined by `|`.

    Raises:
        ErrataError: the file cannot be written.
    """
    names = [field.name for field in fields(Change)]
    write_csv_for_people(path, names, map(attrgetter(*names), changes))


def _change(image: str, old: _Side, new: _Side) -> Change | None:
    kinds = []
    if old.member and new.member:
        kinds += ["label"] if old.label != new.label else []
        kinds += ["split"] if old.split != new.split else []
        kinds += ["content"] if old.sha256 != new.sha256 else []
    elif old.member or new.member:
        kinds.append("membership")
    if not kinds:
        return None
    decided = (new.decision, new.reviewers, new.time)
    if not new.decision and old.decision:
        decided = (f"undone {old.decision}", old.reviewers, old.time)
    return Change(image, "+".join(kinds), old.label, new.label, old.split, new.split, *decided)


def _rows_to_compare(old: CuratedRows, new: CuratedRows) -> IntArray | slice:
    """Return the rows of both versions that can differ; all rows where they are not of the same images in one order."""
    before, after = old.checked.rows, new.checked.rows
    if before.classes != after.classes or not np.array_equal(before.image_ids, after.image_ids):
        return slice(None)
    differ = (before.labels != after.labels) | (before.splits != after.splits) | (old.out != new.out)
    differ |= old.checked.sha256s != new.checked.sha256s
    differ[old.soft_rows] = differ[new.soft_rows] = True
    return np.flatnonzero(differ)


def _sides(images: CuratedRows, of_rows: IntArray | slice) -> dict[str, _Side]:
    """Return how a version treats some images, by image_id."""
    rows, soft = images.checked.rows, images.soft_names()
    columns = zip(
        np.arange(len(rows))[of_rows].tolist(),
        rows.image_ids[of_rows].tolist(),
        rows.labels[of_rows].tolist(),
        rows.splits[of_rows].tolist(),
        images.out[of_rows].tolist(),
        images.checked.sha256s[of_rows].tolist(),
        images.decisions[of_rows].tolist(),
        images.reviewer_names(of_rows),
        images.times[of_rows].tolist(),
        strict=True,
    )
    sides = {}
    for row, image, label, split, out, sha256, decision, reviewers, time in columns:
        names = "|".join(soft.get(row, (rows.classes[label],)))
        sides[image] = _Side("" if out else names, out or split, not out, sha256, decision, reviewers, time)
    return sides
