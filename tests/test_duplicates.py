"""Duplicates against brute force, by hand, and on drawn pictures."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from curation.duplicates import MAX_BITS, THUMBNAIL_PX, Duplicates, find_duplicates
from curation.near_pairs import close_pairs
from models.arrays import ByteArray, IntArray
from models.errors import ErrataError
from models.images import check_images, read_pixels
from tests.drawn_folder import draw

hash_arrays = hnp.arrays(np.uint64, st.integers(0, 30), elements=st.integers(0, 2**10 - 1))


def brute_force_pairs(hashes: np.ndarray, max_bits: int) -> set[tuple[int, int]]:
    numbers = [int(value) for value in hashes]
    n = len(numbers)
    return {(i, j) for i in range(n) for j in range(i + 1, n) if (numbers[i] ^ numbers[j]).bit_count() <= max_bits}


@given(hash_arrays, st.integers(0, 5))
def test_close_pairs_are_those_of_brute_force(hashes: np.ndarray, max_bits: int) -> None:
    left, right = close_pairs(hashes, max_bits)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == brute_force_pairs(hashes, max_bits)
    assert len(left) == len(brute_force_pairs(hashes, max_bits))  # each pair once


def test_close_pairs_across_blocks() -> None:
    hashes = np.random.default_rng(0).integers(0, 2**63, 1300, dtype=np.uint64)
    hashes[1299], hashes[600] = hashes[3] ^ np.uint64(7), hashes[511]  # three blocks of 512
    left, right = close_pairs(hashes, 3)
    assert {(3, 1299), (511, 600)} <= set(zip(left.tolist(), right.tolist(), strict=True))


def equal_thumbnails(rows: IntArray) -> ByteArray:
    """Every picture the same ramp: only the hashes decide."""
    ramp = np.arange(THUMBNAIL_PX * THUMBNAIL_PX * 3, dtype=np.uint64).astype(np.uint8)
    return np.tile(ramp.reshape(1, THUMBNAIL_PX, THUMBNAIL_PX, 3), (len(rows), 1, 1, 1))


def brute_force_groups(contents: list[str], hashes: np.ndarray) -> list[set[int]]:
    """Return the connected components by repeated merging."""
    groups = [{row} for row in range(len(contents))]
    linked = {(i, j) for i in range(len(contents)) for j in range(i) if contents[i] == contents[j]}
    for i, j in linked | brute_force_pairs(hashes, MAX_BITS):
        merged = [group for group in groups if i in group or j in group]
        groups = [group for group in groups if group not in merged] + [set().union(*merged)]
    return sorted(groups, key=min)


@given(st.lists(st.integers(0, 8), max_size=14), st.integers(0, 2**32 - 1))
def test_groups_are_those_of_brute_force(contents: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    hash_of = rng.integers(0, 2**24, 9, dtype=np.uint64)  # of 64 bits only 24 can differ: near pairs are common
    sha256s = np.array([f"{content:064x}" for content in contents], dtype="<U64")
    hashes = hash_of[contents] if contents else np.empty(0, np.uint64)
    found = find_duplicates(sha256s, hashes, equal_thumbnails)
    groups = [set(np.flatnonzero(found.groups == group).tolist()) for group in np.unique(found.groups)]
    assert sorted(groups, key=min) == brute_force_groups(sha256s.tolist(), hashes)
    assert found.exact.tolist() == [contents.count(content) > 1 for content in contents]
    near = [
        any(a != b and (int(hash_of[a]) ^ int(hash_of[b])).bit_count() <= MAX_BITS for b in contents) for a in contents
    ]
    assert found.near.tolist() == near


def test_close_hashes_with_different_pictures_are_no_duplicates() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, THUMBNAIL_PX, THUMBNAIL_PX, 3)).astype(np.uint8)
    found = find_duplicates(np.array(["a", "b"]), np.array([0, 1], np.uint64), lambda rows: pictures[rows])
    assert not found.shared().any()
    assert not found.near.any()


def test_a_flat_picture_is_no_duplicate_of_another_and_no_error() -> None:
    flat = np.full((2, THUMBNAIL_PX, THUMBNAIL_PX, 3), [[[[9, 9, 9]]], [[[200, 200, 200]]]], np.uint8)
    found = find_duplicates(np.array(["a", "b"]), np.zeros(2, np.uint64), lambda rows: flat[rows])
    assert not found.shared().any()


def test_leaks_and_conflicts_by_hand() -> None:
    twins = Duplicates(np.array([0, 0, 1, 1, 2, 3, 3]), np.zeros(7, bool), np.zeros(7, bool))
    splits = np.array(["train", "test", "test", "test", "train", "val", "train"])
    labels = np.array([0, 1, 2, 2, 0, 1, 1])
    assert twins.shared().tolist() == [True, True, True, True, False, True, True]
    assert twins.leaks(splits).tolist() == [False, True, False, False, False, True, False]
    assert twins.conflicting(labels).tolist() == [True, True, False, False, False, False, False]


def test_no_images_is_no_error() -> None:
    found = find_duplicates(np.empty(0, "<U64"), np.empty(0, np.uint64), equal_thumbnails)
    assert len(found.groups) == 0
    assert found.shared().tolist() == found.leaks(np.empty(0, "<U5")).tolist() == []
    assert found.conflicting(np.empty(0, np.int64)).tolist() == []


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
    found = find_duplicates(
        np.array([check.sha256 for check in checks]),
        np.array([check.phash for check in checks], np.uint64),
        lambda rows: np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear") for row in rows]),
    )
    assert np.flatnonzero(found.shared()).tolist() == [18, 24, 25, 26]
    assert len(set(found.groups[[18, 24, 25, 26]].tolist())) == 1
    assert not found.exact.any()


def test_saved_and_read_again(tmp_path: Path) -> None:
    found = Duplicates(np.array([0, 0, 1]), np.array([True, True, False]), np.zeros(3, bool))
    found.save(tmp_path / "d.npz")
    again = Duplicates.load(tmp_path / "d.npz")
    assert again.groups.tolist() == [0, 0, 1]
    assert again.exact.tolist() == [True, True, False]
    (tmp_path / "d.npz").write_bytes(b"PK")
    with pytest.raises(ErrataError, match=r"d\.npz"):
        Duplicates.load(tmp_path / "d.npz")
