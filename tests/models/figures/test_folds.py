"""Who may see what: folds are complete, disjoint, even, and never split a group."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.arrays import IntArray
from models.errors import ErrataError
from models.figures.folds import assign_folds, inner_split, judging_folds, too_few_to_judge
from models.figures.predictions import NO_FOLD

CLASSES = ("buildings", "forest", "glacier")


@st.composite
def grouped(draw: st.DrawFn) -> tuple[IntArray, IntArray, int, int]:
    """Labels, groups (of up to four rows, also of mixed labels), folds and a seed that can be satisfied."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_folds = draw(st.integers(2, 6))
    sizes = rng.integers(1, 5, draw(st.integers(3 * n_folds, 80))) if draw(st.booleans()) else np.ones(60, np.int64)
    groups = np.repeat(rng.permutation(len(sizes)) * 7, sizes)
    labels = rng.integers(0, 3, len(groups)) if draw(st.booleans()) else (groups // 7) % 3
    order = rng.permutation(len(groups))
    return labels[order], groups[order], n_folds, draw(st.integers(0, 1000))


def folds_or_none(labels: IntArray, groups: IntArray, n_folds: int, seed: int) -> IntArray | None:
    try:
        return assign_folds(labels, groups, CLASSES, n_folds, seed)
    except ErrataError:
        return None


@given(grouped())
def test_a_partition_that_keeps_groups_whole(problem: tuple[IntArray, IntArray, int, int]) -> None:
    labels, groups, n_folds, seed = problem
    fold = folds_or_none(labels, groups, n_folds, seed)
    assume(fold is not None)
    assert fold is not None
    assert fold.shape == labels.shape
    assert sorted(set(fold.tolist())) == list(range(n_folds))
    for group in np.unique(groups):
        assert len(set(fold[groups == group].tolist())) == 1
    assert np.array_equal(fold, assign_folds(labels, groups, CLASSES, n_folds, seed))


@given(st.integers(2, 6), st.lists(st.integers(6, 40), min_size=3, max_size=3), st.integers(0, 2**32 - 1))
def test_each_class_is_spread_to_within_one_image(n_folds: int, counts: list[int], seed: int) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(3), counts))
    fold = assign_folds(labels, np.arange(len(labels)), CLASSES, n_folds, seed)
    for label in range(3):
        held = np.bincount(fold[labels == label], minlength=n_folds)
        assert held.max() - held.min() <= 1


@given(grouped())
def test_large_groups_leave_the_folds_of_a_class_even(problem: tuple[IntArray, IntArray, int, int]) -> None:
    _, groups, n_folds, seed = problem
    labels = (groups // 7) % 3  # every group of one class
    fold = folds_or_none(labels, groups, n_folds, seed)
    assume(fold is not None)
    assert fold is not None
    largest = np.unique(groups, return_counts=True)[1].max()
    for label in range(3):
        held = np.bincount(fold[labels == label], minlength=n_folds)
        assert held.max() - held.min() <= largest


def test_the_leftover_images_of_all_classes_do_not_gather_in_one_fold() -> None:
    labels = np.repeat(np.arange(3), 11)  # 11 = 2 * 5 + 1: one left over a class
    fold = assign_folds(labels, np.arange(33), CLASSES, 5, seed=0)
    assert sorted(np.bincount(fold).tolist()) == [6, 6, 7, 7, 7]


@given(grouped(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_property(problem: tuple[IntArray, IntArray, int, int], shuffle: int) -> None:
    _, groups, n_folds, seed = problem
    labels = (groups // 7) % 3
    order = np.random.default_rng(shuffle).permutation(len(labels))
    fold, shuffled = (
        folds_or_none(labels, groups, n_folds, seed),
        folds_or_none(labels[order], groups[order], n_folds, seed),
    )
    assert (fold is None) == (shuffled is None)
    if fold is not None and shuffled is not None:  # groups are known by their number, so even the folds are the same
        assert np.array_equal(fold[order], shuffled)


def test_the_seed_shuffles() -> None:
    labels, alone = np.repeat(np.arange(3), 20), np.arange(60)
    folds = [assign_folds(labels, alone, CLASSES, 5, seed).tolist() for seed in (0, 0, 1)]
    assert folds[0] == folds[1]
    assert folds[0] != folds[2]


def test_a_class_with_fewer_images_than_folds_is_judged_by_leaving_one_out() -> None:
    labels = np.array([0] * 9 + [1] * 3 + [2])
    fold = assign_folds(labels, np.arange(13), CLASSES, 5, 0)
    assert len(set(fold[labels == 1].tolist())) == 3, "each of the three is judged by models of the two others"
    assert np.bincount(fold).tolist() == [3, 3, 3, 2, 2]
    assert too_few_to_judge(labels, np.arange(13), np.ones(13, bool)).tolist() == [False] * 12 + [True]


def test_there_are_no_more_folds_than_pictures() -> None:
    fold = assign_folds(np.array([0, 0, 1]), np.arange(3), CLASSES, 5, 0)
    assert sorted(fold.tolist()) == [0, 1, 2]


def test_copies_are_no_other_picture_of_their_class() -> None:
    labels, groups = np.array([0, 0, 1, 1, 1, 0]), np.array([0, 1, 2, 2, 2, 0])
    learn = np.array([True, True, True, True, False, False])
    assert too_few_to_judge(labels, groups, learn).tolist() == [False, False, True, True, True, False]
    learn[3] = learn[2] = False  # class 1 is not in train at all
    assert too_few_to_judge(labels, groups, learn).tolist() == [False, False, True, True, True, False]


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ([7, 7, 7, 7], "the 4 training images are copies of 1 picture, and"),
        ([1, 1, 2, 2], "the 4 training images are copies of 2 pictures, and"),
    ],
)
def test_copies_alone_cannot_be_judged(groups: list[int], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        assign_folds(np.array([0, 0, 1, 1]), np.array(groups), CLASSES, 5, 0)


def test_one_image_of_each_class_cannot_be_judged() -> None:
    with pytest.raises(ErrataError, match="each class has a single training image, such as 'buildings'"):
        assign_folds(np.arange(3), np.arange(3), CLASSES, 5, 0)


@pytest.mark.parametrize("n_folds", [1, 0, -3])
def test_too_few_folds(n_folds: int) -> None:
    with pytest.raises(ErrataError, match=f"--folds {n_folds} is too few"):
        assign_folds(np.zeros(9, np.int64), np.arange(9), CLASSES, n_folds, 0)


@given(grouped(), st.floats(0.05, 0.5))
@settings(max_examples=50)
def test_inner_split_stays_inside_and_keeps_groups_whole(
    problem: tuple[IntArray, IntArray, int, int], share: float
) -> None:
    labels, groups, n_folds, seed = problem
    rows = groups % n_folds != 0  # whole groups, as the folds are
    held = inner_split(rows, labels, groups, seed, share)
    assert not (held & ~rows).any()
    for group in np.unique(groups):
        assert len(set(held[groups == group].tolist())) == 1
    assert np.array_equal(held, inner_split(rows, labels, groups, seed, share))


def test_inner_split_takes_its_share_of_every_class() -> None:
    labels, rows = np.repeat(np.arange(3), 100), np.arange(300) % 5 != 0  # 80 rows a class
    held = inner_split(rows, labels, np.arange(300), seed=0)
    assert [int(held[labels == label].sum()) for label in range(3)] == [12, 12, 12]  # 15 %


def test_inner_split_leaves_something_to_learn_from_in_every_class() -> None:
    labels = np.array([0, 1, 1, 2, 2, 2, 2])
    held = inner_split(np.ones(7, bool), labels, np.arange(7), seed=0)
    assert [int(held[labels == label].sum()) for label in range(3)] == [0, 1, 1]


def test_inner_split_never_empties_a_class_by_groups_of_mixed_labels() -> None:
    labels = np.array([0, 1, 0, 1, 0, 1])
    groups = np.array([0, 0, 1, 1, 2, 2])  # every group holds one image of each class
    for seed in range(20):
        learn = ~inner_split(np.ones(6, bool), labels, groups, seed)
        assert set(labels[learn].tolist()) == {0, 1}


def test_inner_split_of_no_rows_is_empty() -> None:
    assert not inner_split(np.zeros(4, bool), np.zeros(4, np.int64), np.arange(4), 0).any()


def test_a_copy_of_a_training_image_is_judged_by_the_model_that_did_not_see_it() -> None:
    fold = np.array([0, 1, 1, NO_FOLD, NO_FOLD, NO_FOLD])
    groups = np.array([0, 1, 1, 1, 2, 0])
    assert judging_folds(fold, groups).tolist() == [0, 1, 1, 1, NO_FOLD, 0]
    assert judging_folds(fold[:0], groups[:0]).tolist() == []
