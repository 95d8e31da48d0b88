"""The test images on which all contestants can be compared, with their labels in each version."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import Rows
from curation.decisions.verdicts import unanswered
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.versions.rows import LEAK, CuratedRows
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audited
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError

UNTESTED = "not held out by every contestant"


@dataclass(frozen=True)
class VersionLabels:
    """The labels of N images in one version."""

    labels: IntArray  # (N,) 0..K-1
    right: BoolArray  # (N, K) classes that count as right: one, or those of an ambiguous or multi-label image


@dataclass(frozen=True)
class CommonImages:
    """N images of a split, test as a rule, that every contestant held out and every version has."""

    rows: Rows  # labels as given; K classes: the given ones, then those added since
    versions: Mapping[str, VersionLabels]
    of: int  # test images in any of the versions
    left_out: Mapping[str, int]  # reason -> images
    split: str = "test"  # that they are of


def given_rows(workspace: Workspace, dataset: str) -> CuratedRows:
    """Return the images of a data set with their given labels: from its audit, else from its trainings.

    Raises:
        ErrataError: the data set was neither audited nor trained on, or a file is damaged.
    """
    if dataset in audited(workspace):
        return load_version(workspace, dataset, ORIGINAL).images
    folder = workspace.runs / f"images-{dataset}"
    if not (folder / "rows.json").exists():
        raise ErrataError(f"the images of {dataset!r} were never read; run `errata audit {dataset}`")
    return CuratedRows.as_given(CheckedRows.load(folder), Duplicates.load(folder / "duplicates.npz"))


def read_versions(workspace: Workspace, dataset: str, versions: Sequence[str]) -> dict[str, CuratedRows]:
    """Return the images of each version of a data set.

    Raises:
        ErrataError: there is no such version, or it was changed since it was made.
    """
    return {
        version: given_rows(workspace, dataset)
        if version == ORIGINAL
        else load_version(workspace, dataset, version).images
        for version in versions
    }


def common_images(
    rows: Mapping[str, CuratedRows],
    held_out: Sequence[frozenset[str]],
    known: Sequence[str] = (),
    split: str = "test",
) -> CommonImages:
    """Return the test images that have a label in all versions and that every contestant held out.

    An image is left out everywhere if any version leaves it out (exclude, none-of-these, a leak), has the verdict
    unsure for it, or does not have it: all accuracies are then of the same images.

    Args:
        rows: version -> its images.
        held_out: for each run the image_ids that it was to be tested on.
        known: classes that runs tell apart, perhaps some that these versions do not have.
        split: of the images.

    Raises:
        ErrataError: no image is left.
    """
    rows_of = {version: _row_numbers(curated) for version, curated in rows.items()}
    tested = {name for curated in rows.values() for name in _images_of(curated, split)}
    reasons, names = Counter[str](), []
    for name in sorted(tested):
        reason = _why_out(name, rows, rows_of) or ("" if all(name in images for images in held_out) else UNTESTED)
        if reason:
            reasons[reason] += 1
        else:
            names.append(name)
    if not names:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        raise ErrataError(
            f"no {split} image is left to compare on ({counts or 'there is none'}); name fewer --runs or --versions"
        )
    classes = _all_classes(rows, known)
    numbers = {version: np.array([row_of[name] for name in names]) for version, row_of in rows_of.items()}
    return CommonImages(
        _given_rows(*next(iter(rows.items())), names, numbers, classes, split),
        {version: _labels(curated, numbers[version], classes) for version, curated in rows.items()},
        len(tested),
        dict(sorted(reasons.items())),
        split,
    )


def _given_rows(
    version: str,
    curated: CuratedRows,
    names: Sequence[str],
    numbers: Mapping[str, IntArray],
    classes: tuple[str, ...],
    split: str,
) -> Rows:
    rows = curated.checked.rows
    given = _renumbered(curated.given, rows.classes, classes)[numbers[version]]
    return Rows(rows.root, classes, np.array(names), given, np.full(len(names), split, "<U5"))


def _row_numbers(curated: CuratedRows) -> dict[str, int]:
    return {name: row for row, name in enumerate(curated.checked.rows.image_ids.tolist())}


def _images_of(curated: CuratedRows, split: str) -> list[str]:
    rows = curated.checked.rows
    names: list[str] = rows.image_ids[rows.splits == split].tolist()
    return names


def _why_out(name: str, rows: Mapping[str, CuratedRows], rows_of: Mapping[str, dict[str, int]]) -> str:
    for version, curated in rows.items():
        row = rows_of[version].get(name)
        if row is None:
            return "missing in a version"
        if curated.out[row]:
            return "a leak" if curated.out[row] == LEAK else str(curated.out[row])
        if curated.decisions[row] in unanswered():
            return str(curated.decisions[row])
    return ""


def _all_classes(rows: Mapping[str, CuratedRows], known: Sequence[str]) -> tuple[str, ...]:
    """Return the given classes, then the classes added by versions or known to runs, in alphabetical order."""
    lists = [curated.checked.rows.classes for curated in rows.values()]
    given = min(lists, key=len)
    return (*given, *sorted({name for names in (*lists, known) for name in names} - set(given)))


def _renumbered(labels: IntArray, old: tuple[str, ...], new: tuple[str, ...]) -> IntArray:
    return np.array([new.index(name) for name in old], np.int64)[labels]


def _labels(curated: CuratedRows, numbers: IntArray, classes: tuple[str, ...]) -> VersionLabels:
    rows = curated.checked.rows
    labels = _renumbered(rows.labels, rows.classes, classes)[numbers]
    right = np.eye(len(classes), dtype=np.bool_)[labels]
    soft_places = {int(row): place for place, row in enumerate(curated.soft_rows.tolist())}
    for image, row in enumerate(numbers.tolist()):
        if row in soft_places:
            several = np.flatnonzero(curated.soft[soft_places[row]])
            right[image, _renumbered(several, rows.classes, classes)] = True
    return VersionLabels(labels, right)
