"""Duplicates against brute force, by hand, and on drawn pictures."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.images.duplicates import (
    MAX_BITS,
    THUMBNAIL_PX,
    Duplicates,
    copy_groups,
    find_duplicates,
)
from models.arrays import ByteArray, IntArray
from models.errors import ErrataError
from models.images.check import check_images
from models.images.decode import read_pixels
from tests.curation.images.test_registration import landscape
from tests.helpers.drawn_folder import draw
from tests.helpers.split_pictures import alone, brute_force_pairs, checked


def equal_thumbnails(rows: IntArray) -> ByteArray:
    """Every picture the same: only the hashes decide."""
    picture = np.asarray(landscape(0).resize((THUMBNAIL_PX, THUMBNAIL_PX)))
    return np.tile(picture, (len(rows), 1, 1, 1))


def brute_force_groups(contents: list[str], hashes: np.ndarray) -> list[set[int]]:
    """Return the connected components by repeated merging."""
    groups = [{row} for row in range(len(contents))]
    linked = {(i, j) for i in range(len(contents)) for j in range(i) if contents[i] == contents[j]}
    for i, j in linked | brute_force_pairs(hashes, MAX_BITS):
        merged = [group for group in groups if i in group or j in group]
        groups = [group for group in groups if group not in merged] + [set().union(*merged)]
    return sorted(groups, key=min)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 8), max_size=9), st.integers(0, 2**32 - 1))
def test_groups_are_those_of_brute_force(contents: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    hash_of = rng.integers(0, 2**24, 9, dtype=np.uint64)  # of 64 bits only 24 can differ: near pairs are common
    sha256s = np.array([f"{content:064x}" for content in contents], dtype="<U64")
    hashes = hash_of[contents] if contents else np.empty(0, np.uint64)
    duplicates = find_duplicates(sha256s, hashes, equal_thumbnails)
    groups = [set(np.flatnonzero(duplicates.groups == group).tolist()) for group in np.unique(duplicates.groups)]
    assert sorted(groups, key=min) == brute_force_groups(sha256s.tolist(), hashes)
    assert duplicates.exact.tolist() == [contents.count(content) > 1 for content in contents]
    near = [
        any(a != b and (int(hash_of[a]) ^ int(hash_of[b])).bit_count() <= MAX_BITS for b in contents) for a in contents
    ]
    assert duplicates.near.tolist() == near


def test_groups_keep_their_numbers() -> None:
    """The folds of trained models depend on the numbers, and so do the names of their run folders."""
    sha256s = np.array([f"{content:064x}" for content in (3, 0, 1, 2, 4, 3)])
    near, far = (np.uint64(bits) for bits in (0, 2**64 - 1))
    hashes = np.array([near, near, 0xFFFF, far, 0xFFFFFFFF, near], np.uint64)  # contents 0 and 3 are one picture
    assert find_duplicates(sha256s, hashes, equal_thumbnails).groups.tolist() == [2, 2, 0, 1, 3, 2]


def test_close_hashes_with_different_pictures_are_no_duplicates() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, THUMBNAIL_PX, THUMBNAIL_PX, 3)).astype(np.uint8)
    duplicates = find_duplicates(np.array(["a", "b"]), np.array([0, 1], np.uint64), lambda rows: pictures[rows])
    assert not duplicates.shared().any()
    assert not duplicates.near.any()


def test_a_flat_picture_is_no_duplicate_of_another_and_no_error() -> None:
    flat = np.full((2, THUMBNAIL_PX, THUMBNAIL_PX, 3), [[[[9, 9, 9]]], [[[200, 200, 200]]]], np.uint8)
    duplicates = find_duplicates(np.array(["a", "b"]), np.zeros(2, np.uint64), lambda rows: flat[rows])
    assert not duplicates.shared().any()


def test_leaks_and_conflicts_by_hand() -> None:
    twins = Duplicates(np.array([0, 0, 1, 1, 2, 3, 3]), np.zeros(7, bool), np.zeros(7, bool))
    splits = np.array(["train", "test", "test", "test", "train", "val", "train"])
    labels = np.array([0, 1, 2, 2, 0, 1, 1])
    assert twins.shared().tolist() == [True, True, True, True, False, True, True]
    assert twins.leaks(splits).tolist() == [False, True, False, False, False, True, False]
    assert twins.conflicting(labels).tolist() == [True, True, False, False, False, False, False]


def test_no_images_is_no_error() -> None:
    duplicates = find_duplicates(np.empty(0, "<U64"), np.empty(0, np.uint64), equal_thumbnails)
    assert len(duplicates.groups) == 0
    assert duplicates.shared().tolist() == duplicates.leaks(np.empty(0, "<U5")).tolist() == []
    assert duplicates.conflicting(np.empty(0, np.int64)).tolist() == []


def test_copies_of_real_files_are_found_and_others_are_not(tmp_path: Path) -> None:
    """A re-compressed, a brightened and a slightly smaller copy are near duplicates; 24 other pictures are not."""
    paths = []
    for label in ("checks", "dots", "stripes", "waves"):
        for seed in range(6):
            paths.append(tmp_path / f"{label}-{seed}.png")
            draw(label, seed, 96).save(paths[-1])
    original = draw("waves", 0, 96)
    original.save(tmp_path / "copy.jpg", quality=70)
    original.point(lambda value: value * 0.9 + 12).save(tmp_path / "brighter.png")
    original.resize((80, 80)).save(tmp_path / "smaller.png")
    paths += [tmp_path / name for name in ("copy.jpg", "brighter.png", "smaller.png")]
    checks = check_images(paths)
    duplicates = find_duplicates(
        np.array([check.sha256 for check in checks]),
        np.array([check.phash for check in checks], np.uint64),
        lambda rows: np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear") for row in rows]),
    )
    assert np.flatnonzero(duplicates.shared()).tolist() == [18, 24, 25, 26]
    assert len(set(duplicates.groups[[18, 24, 25, 26]].tolist())) == 1
    assert not duplicates.exact.any()


def test_saved_and_read_again(tmp_path: Path) -> None:
    duplicates = Duplicates(np.array([0, 0, 1]), np.array([True, True, False]), np.zeros(3, bool))
    duplicates.save(tmp_path / "d.npz")
    again = Duplicates.load(tmp_path / "d.npz")
    assert again.groups.tolist() == [0, 0, 1]
    assert again.exact.tolist() == [True, True, False]
    (tmp_path / "d.npz").write_bytes(b"PK")
    with pytest.raises(ErrataError, match=r"d\.npz"):
        Duplicates.load(tmp_path / "d.npz")


# --- embeddings ----------------------------------------------------------------------------------------------------


def pictures_of(seeds: list[int]) -> ByteArray:
    return np.stack([np.asarray(landscape(seed).resize((THUMBNAIL_PX, THUMBNAIL_PX))) for seed in seeds])


def names(n: int) -> np.ndarray:
    return np.array([f"{i:064x}" for i in range(n)])


def far_hashes(n: int) -> np.ndarray:
    """Return hashes of which no two are close."""
    return np.array([(1 << 16 * i) * 0xFFFF if i else 0 for i in range(4)] * n, np.uint64)[:n]


def test_a_copy_whose_hash_is_far_is_found_by_its_embedding_and_seen_in_the_pixels() -> None:
    pictures = pictures_of([0, 0, 1, 2])
    embeddings = np.array(
        [[1, 0], [1, 0.01], [1, 0.02], [-1, 0]], np.float32
    )  # row 2 is near and shows another picture
    duplicates = find_duplicates(names(4), far_hashes(4), lambda rows: pictures[rows], lambda: embeddings)
    assert duplicates.near.tolist() == [True, True, False, False]
    assert duplicates.groups[0] == duplicates.groups[1]
    assert len(set(duplicates.groups.tolist())) == 3
    assert not find_duplicates(names(4), far_hashes(4), lambda rows: pictures[rows]).shared().any()


def test_identical_embeddings_make_no_copies() -> None:
    """A network that says the same of every image names arbitrary neighbours; the pixels decide."""
    pictures = pictures_of([*range(20)])
    embeddings = np.ones((20, 3), np.float32)
    hashes = np.random.default_rng(0).integers(0, 2**63, 20, dtype=np.uint64)
    assert not find_duplicates(names(20), hashes, lambda rows: pictures[rows], lambda: embeddings).shared().any()


@pytest.mark.parametrize("n", [1, 3])
def test_solid_colours_are_no_copies_however_alike(n: int) -> None:
    flat = np.stack([np.full((THUMBNAIL_PX, THUMBNAIL_PX, 3), 80 * i, np.uint8) for i in range(n)])
    duplicates = find_duplicates(
        names(n), np.zeros(n, np.uint64), lambda rows: flat[rows], lambda: np.ones((n, 2), np.float32)
    )
    assert duplicates.groups.tolist() == [*range(n)]
    assert not duplicates.near.any()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order(shown: list[int], random: Random) -> None:
    """Rows that show the same picture share a group, whoever stands first: symmetric and transitive."""
    pictures, n = pictures_of([0, 1, 2, 3]), len(shown)
    order = random.sample(range(n), n)
    shuffled = [shown[i] for i in order]
    embeddings = np.eye(4, dtype=np.float32)[shuffled]
    hashes = np.random.default_rng(1).integers(0, 2**63, n, dtype=np.uint64)
    duplicates = find_duplicates(
        names(n), hashes, lambda rows: pictures[[shuffled[row] for row in rows]], lambda: embeddings
    )
    same = duplicates.groups[:, None] == duplicates.groups[None]
    assert (same == np.equal.outer(shuffled, shuffled)).all()
    assert (duplicates.shared() == (same.sum(1) > 1)).all()


def test_leak_pairs_hold_both_sides() -> None:
    twins = Duplicates(np.array([0, 0, 1, 1, 2, 2]), np.zeros(6, bool), np.zeros(6, bool))
    splits = np.array(["train", "test", "test", "test", "train", "train"])
    assert twins.leak_pairs(splits).tolist() == [True, True, False, False, False, False]
    assert Duplicates(np.empty(0, np.int64), np.empty(0, bool), np.empty(0, bool)).leak_pairs(splits[:0]).tolist() == []


def test_close_hashes_are_compared_unless_the_embeddings_are_far_apart() -> None:
    pictures, asked = pictures_of([0, 0, 0]), set[int]()
    embeddings = np.array([[1, 0], [0, 1], [0.8, 0.6]], np.float32)  # cosines 0 (0 and 1), 0.8 (0 and 2), 0.6

    def thumbnails(rows: IntArray) -> ByteArray:
        asked.update(rows.tolist())
        return pictures[rows]

    pair = np.array([0, 1])
    apart = find_duplicates(names(2), np.zeros(2, np.uint64), thumbnails, lambda: embeddings[pair])
    assert not apart.near.any()
    assert not asked, "no picture is decoded for pairs that are not compared"
    assert find_duplicates(names(3), np.zeros(3, np.uint64), thumbnails, lambda: embeddings).near.all()


def test_exact_copies_are_one_picture_for_embeddings_in_a_file(tmp_path: Path) -> None:
    """Rows 0 and 3 have the same bytes; 1 is a near copy of them, wherever the embeddings lie."""
    pictures, sha256s = pictures_of([0, 0, 1, 0]), names(4)[[3, 0, 1, 3]]
    np.save(tmp_path / "embeddings.npy", np.array([[1, 0, 9], [1, 0.01, 9], [-1, 0, 9], [1, 0, 9]], np.float32))
    embeddings = np.load(tmp_path / "embeddings.npy", mmap_mode="r")[:, :2]
    duplicates = find_duplicates(sha256s, far_hashes(4)[[0, 1, 2, 0]], lambda rows: pictures[rows], lambda: embeddings)
    assert duplicates.groups.tolist() == [0, 0, 1, 0] or duplicates.groups.tolist() == [1, 1, 0, 1]
    assert duplicates.exact.tolist() == [True, False, False, True]
    assert duplicates.near.tolist() == [True, True, False, True]


# --- groups of copies ----------------------------------------------------------------------------------------------


def test_groups_that_do_harm_come_first() -> None:
    # Rows 0-1: two of one label; 2-4: three of one label; 5-6: a leak; 7-8: conflicting labels; 9: no copy.
    labels = [0, 0, 1, 1, 1, 2, 2, 0, 1, 2]
    splits = ["train"] * 5 + ["train", "test"] + ["train"] * 3
    groups = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3, 4])
    near = np.isin(np.arange(10), [2, 3])
    by_harm = copy_groups(checked(labels, splits).rows, Duplicates(groups, ~near, near))
    assert [group.rows.tolist() for group in by_harm] == [[7, 8], [5, 6], [2, 3, 4], [0, 1]]
    assert [group.conflicting for group in by_harm] == [True, False, False, False]
    assert [group.leak for group in by_harm] == [False, True, False, False]
    assert [group.near for group in by_harm] == [False, False, True, False]


def test_no_copies_no_groups() -> None:
    assert copy_groups(checked([0, 1], ["train", "test"]).rows, alone(2)) == []
