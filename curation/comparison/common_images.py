"""The test images on which all contestants can be held against each other, with their labels in each version."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import Rows
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
    right: BoolArray  # (N, K) every class that counts as right: one, or those of an ambiguous or multi-label image


@dataclass(frozen=True)
class CommonImages:
    """N test images that every contestant held out and every version has."""

    rows: Rows  # labels as given; K classes, behind the given ones those added since
    versions: Mapping[str, VersionLabels]
    of: int  # test images in any of the versions
    left_out: Mapping[str, int]  # why -> images


def given_rows(workspace: Workspace, dataset: str) -> CuratedRows:
    """Return the images of a data set with their labels as given: of its audit, else as its trainings read them.

    Raises:
        ErrataError: neither is there, or a file is damaged.
    """
    if dataset in audited(workspace):
        return load_version(workspace, dataset, ORIGINAL).images
    folder = workspace.runs / f"images-{dataset}"
    if not (folder / "rows.json").exists():
        raise ErrataError(f"nobody has read the images of {dataset!r} yet; run `errata audit {dataset}`")
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
    every: Mapping[str, CuratedRows], held_out: Sequence[frozenset[str]], known: Sequence[str] = ()
) -> CommonImages:
    """Return the test images that all versions have, with a label, and that every contestant held out.

    An image leaves the labels of all versions where one of them leaves it out (exclude, none-of-these, a leak), where
    its verdict is unsure, and where one of them does not have it: every accuracy is then one of the same images.

    Args:
        every: version -> its images.
        held_out: of each run the image_ids that it was to be tested on.
        known: classes that runs tell apart, perhaps some that these versions do not have.

    Raises:
        ErrataError: no image is left.
    """
    lookups = {version: _lookup(own) for version, own in every.items()}
    tested = {name for own in every.values() for name in _test_names(own)}
    reasons, names = Counter[str](), []
    for name in sorted(tested):
        why = _why_out(name, every, lookups) or ("" if all(name in own for own in held_out) else UNTESTED)
        if why:
            reasons[why] += 1
        else:
            names.append(name)
    if not names:
        said = ", ".join(f"{count:,} {why}" for why, count in sorted(reasons.items()))
        raise ErrataError(
            f"no test image is left to compare on ({said or 'there is none'}); name fewer --runs or --versions"
        )
    classes = _all_classes(every, known)
    first, lookup = next(iter(every.items()))[1], next(iter(lookups.values()))
    places = np.array([lookup[name] for name in names])
    given = _renumbered(first.given, first.checked.rows.classes, classes)
    rows = Rows(first.checked.rows.root, classes, np.array(names), given[places], np.full(len(names), "test", "<U5"))
    labels = {
        version: _labels(own, np.array([lookups[version][name] for name in names]), classes)
        for version, own in every.items()
    }
    return CommonImages(rows, labels, len(tested), dict(sorted(reasons.items())))


def _lookup(own: CuratedRows) -> dict[str, int]:
    return {name: row for row, name in enumerate(own.checked.rows.image_ids.tolist())}


def _test_names(own: CuratedRows) -> list[str]:
    rows = own.checked.rows
    names: list[str] = rows.image_ids[rows.splits == "test"].tolist()
    return names


def _why_out(name: str, every: Mapping[str, CuratedRows], lookups: Mapping[str, dict[str, int]]) -> str:
    for version, own in every.items():
        row = lookups[version].get(name)
        if row is None:
            return "missing in a version"
        if own.out[row]:
            return "a leak" if own.out[row] == LEAK else str(own.out[row])
        if own.decisions[row] == "unsure":
            return "unsure"
    return ""


def _all_classes(every: Mapping[str, CuratedRows], known: Sequence[str]) -> tuple[str, ...]:
    """Return the given classes and, sorted behind them, those that any version added or a run knows."""
    lists = [own.checked.rows.classes for own in every.values()]
    given = min(lists, key=len)
    return (*given, *sorted({name for own in (*lists, known) for name in own} - set(given)))


def _renumbered(labels: IntArray, old: tuple[str, ...], new: tuple[str, ...]) -> IntArray:
    return np.array([new.index(name) for name in old], np.int64)[labels]


def _labels(own: CuratedRows, places: IntArray, classes: tuple[str, ...]) -> VersionLabels:
    rows = own.checked.rows
    labels = _renumbered(rows.labels, rows.classes, classes)[places]
    right = np.eye(len(classes), dtype=np.bool_)[labels]
    new = np.array([classes.index(name) for name in rows.classes], np.int64)
    several = {int(row): place for place, row in enumerate(own.soft_rows.tolist())}
    for image, row in enumerate(places.tolist()):
        if row in several:
            right[image, new[np.flatnonzero(own.soft[several[row]])]] = True
    return VersionLabels(labels, right)
