"""Pairs that may be copies, against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from curation.images.near_pairs import close_pairs, in_one_direction, neighbour_pairs
from tests.helpers.split_pictures import brute_force_pairs

hash_arrays = hnp.arrays(
    np.uint64, st.integers(0, 30), elements=st.integers(0, 2**64 - 1).map(lambda x: x & 0x0F030F01)
)
Set = set[tuple[int, int]]


def as_set(left: np.ndarray, right: np.ndarray) -> Set:
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)), "each pair once"
    return set(pairs)


@settings(max_examples=50)
@given(hash_arrays, st.integers(0, 12))
def test_close_pairs_are_those_of_brute_force(hashes: np.ndarray, max_bits: int) -> None:
    """On both sides of seven bits, where the search by bytes ends."""
    assert as_set(*close_pairs(hashes, max_bits)) == brute_force_pairs(hashes, max_bits)


@settings(max_examples=30)
@given(hnp.arrays(np.uint64, 12, elements=st.integers(0, 2**64 - 1)), st.integers(0, 11), st.permutations(range(64)))
def test_seven_bits_in_any_place_are_found_by_bytes(hashes: np.ndarray, row: int, places: list[int]) -> None:
    flipped = hashes[row] ^ np.uint64(sum(1 << place for place in places[:7]))
    hashes = np.append(hashes, flipped)
    assert (row, 12) in as_set(*close_pairs(hashes, 7))


@pytest.mark.parametrize("max_bits", [3, 8])
def test_close_pairs_across_blocks(max_bits: int) -> None:
    hashes = np.random.default_rng(0).integers(0, 2**63, 1300, dtype=np.uint64)
    hashes[1299], hashes[600] = hashes[3] ^ np.uint64(7), hashes[511]
    assert {(3, 1299), (511, 600)} <= as_set(*close_pairs(hashes, max_bits))


def nearest_by_hand(embeddings: np.ndarray, neighbours: int, min_cosine: float) -> Set:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    pairs = set()
    for i, row in enumerate(cosines):
        for j in np.argsort(-row)[:neighbours]:
            if row[j] >= min_cosine:
                pairs.add((min(i, int(j)), max(i, int(j))))
    return pairs


@settings(max_examples=20)
@given(st.integers(2, 40), st.integers(1, 6), st.floats(-1, 1), st.integers(0, 1000))
def test_neighbours_are_those_of_brute_force(n: int, neighbours: int, min_cosine: float, seed: int) -> None:
    embeddings = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    pairs = as_set(*neighbour_pairs(embeddings, neighbours, min_cosine))
    assert pairs == nearest_by_hand(embeddings, neighbours, min_cosine)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_images_have_no_neighbours(n: int) -> None:
    assert as_set(*neighbour_pairs(np.ones((n, 4), np.float32))) == set()


def test_three_images_and_one_without_length() -> None:
    embeddings = np.array([[1, 0], [2, 0.1], [0, 0]], np.float32)
    assert as_set(*neighbour_pairs(embeddings)) == {(0, 1)}


def test_many_with_identical_embeddings() -> None:
    left, right = neighbour_pairs(np.ones((300, 4), np.float32), 5)
    assert as_set(left, right)
    assert len(left) <= 300 * 5
    assert (left < right).all()


def test_pairs_in_one_direction_by_hand() -> None:
    embeddings = np.array([[1, 0], [5, 5], [0, 2], [-1, 0], [0, 0]], np.float32)  # 0, 45, 90, 180 degrees, none
    pairs = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [0, 4], [3, 4]])
    assert in_one_direction(embeddings, pairs).tolist() == [True, False, False, True, True, True]
    assert in_one_direction(embeddings, pairs[:0]).tolist() == []


def test_pairs_in_one_direction_across_blocks() -> None:
    draws = np.random.default_rng(0)
    embeddings, pairs = draws.standard_normal((50, 3)).astype(np.float32), draws.integers(0, 50, (9000, 2))
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    expected = (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(1) >= 0.5
    assert (in_one_direction(embeddings, pairs) == expected).all()


def test_images_that_are_left_out_have_no_neighbour_and_are_none() -> None:
    embeddings = np.array([[1, 0], [1, 0.01], [1, 0.02], [1, 0.03]], np.float32)
    among = np.array([True, False, True, True])
    assert as_set(*neighbour_pairs(embeddings, 3, 0.5, among)) == {(0, 2), (0, 3), (2, 3)}
