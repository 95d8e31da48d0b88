"""Every changed label, split and membership between two versions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.images.duplicates import Duplicates
from curation.versions.curate import curate
from curation.versions.diff import NOT_THERE, change_counts, diff_versions, write_changes
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from curation.versions.store import Version
from models.errors import ErrataError
from tests.helpers.split_pictures import alone, checked, judged, verdict

IMAGES = checked([0, 0, 1, 1, 2, 2], ["train", "test"] * 3)


def version(images: CuratedRows, name: str = "v1", dataset: str = "pictures") -> Version:
    return Version(dataset, name, images, {"sha256": images.sha256()})


ORIGINAL = version(CuratedRows.as_given(IMAGES, alone(6)), "original")


def made() -> Version:
    state = judged(
        IMAGES,
        [
            verdict(IMAGES, 0, "relabel", "street"),
            verdict(IMAGES, 0, "relabel", "street", reviewer="ben", number=1),
            verdict(IMAGES, 1, "exclude", number=2),
            verdict(IMAGES, 2, "ambiguous", "forest", "sea", number=3),
            verdict(IMAGES, 3, "keep", number=4),
        ],
    )
    return version(curate(IMAGES, alone(6), state, VersionRequest("v1")).images)


def test_labels_and_membership() -> None:
    changes = diff_versions(ORIGINAL, made())
    assert [(change.image_id, change.kind, change.old_label, change.new_label) for change in changes] == [
        ("00.png", "label", "sea", "street"),
        ("01.png", "membership", "sea", ""),
        ("02.png", "label", "forest", "sea|forest"),
    ]
    assert [(change.old_split, change.new_split) for change in changes] == [
        ("train",) * 2,
        ("test", "exclude"),
        ("train",) * 2,
    ]
    assert [(change.decision, change.reviewers) for change in changes] == [
        ("relabel", ("ana", "ben")),
        ("exclude", ("ana",)),
        ("ambiguous", ("ana",)),
    ]
    assert changes[1].time == "2026-01-01T00:00:02.000000Z"
    assert change_counts(changes) == {"label": 2, "membership": 1}
    assert diff_versions(made(), made()) == []


def test_the_order_of_rows_changes_nothing() -> None:
    images = made().images
    order, twins = np.arange(6)[::-1], alone(6)
    rows = images.checked.rows
    turned = replace(
        images,
        checked=images.checked.where(order),  # type: ignore[arg-type]  # any index of NumPy's
        given=images.given[order],
        given_splits=images.given_splits[order],
        out=images.out[order],
        decisions=images.decisions[order],
        reviewers=images.reviewers[order],
        times=images.times[order],
        disputed=images.disputed[order],
        duplicates=Duplicates(twins.groups[order], twins.exact[order], twins.near[order]),
        soft_rows=5 - images.soft_rows,
    )
    assert turned.checked.rows.image_ids.tolist() == rows.image_ids[order].tolist()
    assert diff_versions(ORIGINAL, version(turned)) == diff_versions(ORIGINAL, made())


def test_the_other_way_round_says_what_was_undone() -> None:
    changes = diff_versions(made(), ORIGINAL)
    assert [change.decision for change in changes] == ["undone relabel", "undone exclude", "undone ambiguous"]
    assert changes[0].reviewers == ("ana", "ben")
    assert (changes[1].old_label, changes[1].new_label, changes[1].new_split) == ("", "sea", "test")


def test_splits_and_images_that_came_later() -> None:
    moved = replace(IMAGES, rows=replace(IMAGES.rows, splits=IMAGES.rows.splits[::-1].copy()))
    seven = checked([0, 0, 1, 1, 2, 2, 0], [*moved.rows.splits.tolist(), "val"])
    changes = diff_versions(ORIGINAL, version(CuratedRows.as_given(seven, alone(7))))
    assert change_counts(changes) == {"membership": 1, "split": 6}
    assert (changes[0].kind, changes[0].old_split, changes[0].new_split) == ("split", "train", "test")
    assert (changes[6].old_split, changes[6].new_split, changes[6].new_label) == (NOT_THERE, "val", "sea")
    changed = replace(IMAGES, sha256s=IMAGES.sha256s[::-1].copy())
    assert change_counts(diff_versions(ORIGINAL, version(CuratedRows.as_given(changed, alone(6))))) == {"content": 6}


def test_as_csv(tmp_path: Path) -> None:
    write_changes(diff_versions(ORIGINAL, made()), tmp_path / "diff.csv")
    lines = (tmp_path / "diff.csv").read_text().splitlines()
    assert lines[0] == "image_id,kind,old_label,new_label,old_split,new_split,decision,reviewers,time"
    assert lines[1] == "00.png,label,sea,street,train,train,relabel,ana|ben,2026-01-01T00:00:01.000000Z"
    assert len(lines) == 4


def test_two_data_sets() -> None:
    with pytest.raises(ErrataError, match="'pictures' and 'pets' are different data sets"):
        diff_versions(ORIGINAL, version(ORIGINAL.images, dataset="pets"))
