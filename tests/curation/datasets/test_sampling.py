"""Seeded choices keep class proportions and depend on names and seed alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.sampling import at_most, hold_out
from models.arrays import IntArray

labellings = st.lists(st.integers(0, 3), min_size=1, max_size=60).map(lambda v: np.array(v, dtype=np.int64))


def names(labels: IntArray) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array([f"{i}.jpg" for i in range(len(labels))], dtype=np.str_)


def test_hold_out_takes_a_fifth_of_each_class() -> None:
    labels = np.repeat(np.arange(3), [100, 50, 10])
    chosen = hold_out(names(labels), labels, 0.2, seed=0)
    assert np.bincount(labels[chosen]).tolist() == [20, 10, 2]


def test_a_class_of_two_is_held_out_once_and_a_class_of_one_never() -> None:
    labels = np.array([0, 0, 1])
    chosen = hold_out(names(labels), labels, 0.2, seed=0)
    assert chosen[:2].sum() == 1
    assert not chosen[2]


def test_at_most_is_exact_and_proportional() -> None:
    labels = np.repeat(np.arange(2), [3000, 1000])
    chosen = at_most(names(labels), labels, 1000, seed=0)
    assert np.bincount(labels[chosen]).tolist() == [750, 250]


def test_another_seed_makes_another_choice() -> None:
    labels = np.repeat(np.arange(2), 50)
    first, again, another = (at_most(names(labels), labels, 20, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != another).any()


def test_the_choice_is_pinned() -> None:
    """It decides splits, so it must never change: not with NumPy, not with the platform."""
    labels = np.zeros(10, dtype=np.int64)
    assert np.flatnonzero(at_most(names(labels), labels, 4, seed=0)).tolist() == [4, 7, 8, 9]


def test_no_images() -> None:
    nothing = np.array([], dtype=np.int64)
    assert len(hold_out(names(nothing), nothing, 0.2, 0)) == 0
    assert len(at_most(names(nothing), nothing, 3, 0)) == 0


@given(labellings, st.integers(0, 70), st.integers(0, 5))
def test_at_most_never_strays_from_the_proportions(labels: IntArray, count: int, seed: int) -> None:
    chosen = at_most(names(labels), labels, count, seed)
    assert chosen.sum() == min(count, len(labels))
    share = chosen.sum() / len(labels)
    sizes = np.bincount(labels)
    assert (np.abs(np.bincount(labels[chosen], minlength=len(sizes)) - sizes * share) < 2).all()


@given(labellings, st.integers(0, 5))
def test_the_order_of_the_rows_does_not_matter(labels: IntArray, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(labels))
    ids = names(labels)
    permuted = hold_out(ids[order], labels[order], 0.2, seed)
    assert (permuted == hold_out(ids, labels, 0.2, seed)[order]).all()
