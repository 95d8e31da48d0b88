"""The images that all can be compared on, and their labels in each version."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from curation.comparison.common_images import UNTESTED, common_images
from curation.decisions.decision import Decision
from curation.versions.curate import curate
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from models.errors import ErrataError
from tests.helpers.split_pictures import CLASSES, alone, checked, judged, verdict

IMAGES = checked([0, 0, 1, 1, 2, 2], ["test"] * 5 + ["train"])
GIVEN = CuratedRows.as_given(IMAGES, alone(6))
NAMES = [f"{i:02d}.png" for i in range(6)]
ALL = frozenset(NAMES)


def version(*entries: Decision) -> CuratedRows:
    """Return the images after these verdicts."""
    return curate(IMAGES, alone(6), judged(IMAGES, entries), VersionRequest("v1", reviewer="ana")).images


def test_labels_of_each_version() -> None:
    v1 = version(verdict(IMAGES, 0, "relabel", "street"), verdict(IMAGES, 2, "ambiguous", "forest", "sea", number=1))
    images = common_images({"original": GIVEN, "v1": v1}, [ALL])
    assert images.rows.image_ids.tolist() == NAMES[:5]
    assert images.rows.labels.tolist() == [0, 0, 1, 1, 2]
    assert images.versions["original"].right.tolist() == np.eye(3, dtype=bool)[[0, 0, 1, 1, 2]].tolist()
    curated = images.versions["v1"]
    assert curated.labels.tolist() == [2, 0, 1, 1, 2]
    assert [np.flatnonzero(row).tolist() for row in curated.right] == [[2], [0], [0, 1], [1], [2]]
    assert (images.of, images.left_out) == (5, {})


@pytest.mark.parametrize("decision", ["exclude", "none-of-these", "unsure"])
def test_images_without_a_label_leave_all_versions(decision: str) -> None:
    images = common_images({"original": GIVEN, "v1": version(verdict(IMAGES, 1, decision))}, [ALL])
    assert images.rows.image_ids.tolist() == [NAMES[0], *NAMES[2:5]]
    assert (images.of, images.left_out) == (5, {decision: 1})
    as_given = common_images({"original": GIVEN}, [ALL])
    assert len(as_given.rows) == 5  # by the labels as given alone, nothing is decided


def test_images_that_a_run_did_not_hold_out() -> None:
    images = common_images({"original": GIVEN}, [ALL, ALL - {NAMES[3]}])
    assert images.left_out == {UNTESTED: 1}
    assert NAMES[3] not in images.rows.image_ids


def test_images_that_a_version_does_not_have() -> None:
    fewer = checked([0, 0, 1], ["test"] * 3)
    images = common_images({"original": GIVEN, "v1": CuratedRows.as_given(fewer, alone(3))}, [ALL])
    assert images.rows.image_ids.tolist() == NAMES[:3]
    assert (images.of, images.left_out) == (5, {"missing in a version": 2})


def test_classes_that_a_version_added_come_behind() -> None:
    v1 = version(verdict(IMAGES, 0, "keep"), verdict(IMAGES, 4, "relabel", "sea", number=1))
    labels = v1.checked.rows.labels.copy()
    labels[0] = 3
    v1 = replace(
        v1, checked=replace(v1.checked, rows=replace(v1.checked.rows, classes=(*CLASSES, "airport"), labels=labels))
    )
    images = common_images({"original": GIVEN, "v1": v1}, [ALL])
    assert images.rows.classes == (*CLASSES, "airport")
    assert images.versions["v1"].labels.tolist() == [3, 0, 1, 1, 0]
    assert images.versions["original"].right.shape == (5, 4)


def test_numbers_of_classes_may_differ_between_versions() -> None:
    order: Sequence[int] = (2, 0, 1)  # street, sea, forest
    rows = IMAGES.rows
    moved = replace(
        rows, classes=tuple(CLASSES[i] for i in order), labels=np.array([order.index(label) for label in rows.labels])
    )
    renumbered = CuratedRows.as_given(replace(IMAGES, rows=moved), alone(6))
    images = common_images({"original": GIVEN, "v1": renumbered}, [ALL])
    assert np.array_equal(images.versions["v1"].right, images.versions["original"].right)


def test_nothing_left() -> None:
    with pytest.raises(ErrataError, match=rf"no test image is left to compare on \(5 {UNTESTED}\)"):
        common_images({"original": GIVEN}, [frozenset()])
