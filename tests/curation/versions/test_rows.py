"""The content of a version and its hash."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.versions.curate import curate
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from tests.helpers.split_pictures import CLASSES, alone, checked, copies, judged, verdict

TWO = checked([0, 1], ["train", "test"], ["b.png", "a é.png"])


def test_the_hash_by_hand() -> None:
    ids, (b, a) = TWO.rows.image_ids.tolist(), TWO.sha256s.tolist()
    assert ids == ["b.png", "a é.png"]
    text = f'["a \\u00e9.png","{a}","forest","test"]\n["b.png","{b}","sea","train"]\n'
    assert CuratedRows.as_given(TWO, alone(2)).sha256() == hashlib.sha256(text.encode()).hexdigest()
    state = judged(TWO, [verdict(TWO, 0, "ambiguous", "street", "sea"), verdict(TWO, 1, "exclude")])
    text = f'["b.png","{b}","sea","train",[["sea",0.5],["street",0.5]]]\n'
    made = curate(TWO, alone(2), state, VersionRequest("v1")).images
    assert made.sha256() == hashlib.sha256(text.encode()).hexdigest()


def test_every_part_counts() -> None:
    base = CuratedRows.as_given(TWO, alone(2))
    rows = TWO.rows
    changes = [
        replace(TWO, sha256s=np.array(["0" * 64, TWO.sha256s[1]])),
        replace(TWO, rows=replace(rows, labels=np.array([2, 1]))),
        replace(TWO, rows=replace(rows, splits=np.array(["val", "test"]))),
        replace(TWO, rows=replace(rows, image_ids=np.array(["c.png", "a é.png"]))),
    ]
    hashes = {base.sha256(), *(replace(base, checked=changed).sha256() for changed in changes)}
    assert len(hashes) == 5
    assert replace(base, out=np.array(["", "leak"])).sha256() not in hashes
    renumbered = replace(rows, classes=("forest", "sea", "street"), labels=np.array([1, 0]))
    assert replace(base, checked=replace(TWO, rows=renumbered)).sha256() == base.sha256()


def shuffled(images: CheckedRows, order: list[int]) -> CheckedRows:
    rows = images.rows
    moved = replace(rows, image_ids=rows.image_ids[order], labels=rows.labels[order], splits=rows.splits[order])
    return CheckedRows(moved, images.sha256s[order], images.hashes[order], images.sizes_px[order], ())


@given(st.permutations(range(8)), st.booleans())
def test_the_hash_does_not_depend_on_the_order_of_rows(order: list[int], remade: bool) -> None:
    images = checked([0, 1, 2, 0, 1, 2, 0, 1], ["train", "test"] * 4)
    verdicts = [verdict(images, 0, "relabel", "street"), verdict(images, 1, "multi-label", "sea", "forest")]
    verdicts += [verdict(images, 5, "exclude")]
    groups = np.array([0, 0, 1, 2, 3, 4, 5, 5])
    request = VersionRequest("v1", shares={"train": 0.5, "test": 0.5} if remade else None, drop_leaks=not remade)
    saved = curate(images, copies(groups.tolist()), judged(images, verdicts), request).images
    turned = shuffled(images, order)
    read = curate(turned, copies(groups[order].tolist()), judged(turned, verdicts), request).images
    assert saved.sha256() == read.sha256()


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    images = checked([0, 0, 1, 2], ["train", "val", "test", "test"])
    verdicts = [verdict(images, 0, "ambiguous", "sea", "street"), verdict(images, 2, "exclude", reviewer="bé n")]
    saved = curate(images, copies([0, 0, 1, 2]), judged(images, verdicts), VersionRequest("v1", drop_leaks=True)).images
    saved.save(tmp_path / "rows.npz")
    read = CuratedRows.load(tmp_path / "rows.npz", images.rows.root, CLASSES)
    assert (read.sha256(), read.counts(), read.out_counts()) == (
        saved.sha256(),
        saved.counts(),
        saved.out_counts(),
    )
    for name in ("given", "given_splits", "out", "decisions", "reviewers", "times", "disputed", "soft", "soft_rows"):
        np.testing.assert_array_equal(getattr(saved, name), getattr(read, name))
    assert isinstance(read.duplicates, Duplicates)
    members = read.member_checked
    assert members.rows.image_ids.tolist() == ["01.png", "03.png"]
    assert read.member_duplicates.groups.tolist() == [0, 2]
    assert len(members.sha256s) == len(members.hashes) == len(members.sizes_px) == 2


def test_what_a_network_learns_from_otherwise() -> None:
    """A training image that is relabelled or excluded, and no test image."""
    images = checked([0, 0, 1, 2], ["train", "train", "train", "test"])
    verdicts = [verdict(images, 0, "relabel", "street"), verdict(images, 2, "exclude"), verdict(images, 3, "exclude")]
    made = curate(images, alone(4), judged(images, verdicts), VersionRequest("v1")).images
    assert made.learned_otherwise().tolist() == [True, False, True, False]
    assert not CuratedRows.as_given(images, alone(4)).learned_otherwise().any()
