"""Splits made anew: groups whole, classes spread, the same for the same seed in any order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.versions.shares import _neediest, parse_shares, remake
from models.errors import ErrataError

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 15), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("keep", None),
        ("train=.8,val=.1,test=.1", SHARES),
        (" test = 0.25 , train = 0.75 ", {"train": 0.75, "test": 0.25}),
        ("train=1", {"train": 1.0}),
        ("train=0.5,val=0,test=0.5", {"train": 0.5, "test": 0.5}),
    ],
)
def test_shares(text: str, shares: dict[str, float] | None) -> None:
    parsed = parse_shares(text)
    assert parsed == shares
    assert parsed is None or shares is None or list(parsed) == list(shares)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trian=1", "no split 'trian'; did you mean 'train'?"),
        ("train=.5,train=.5", "names train twice"),
        ("train=many", "'many' is not a number"),
        ("train", "'' is not a number"),
        ("train=1.2,test=-.2", "a share is from 0 to 1"),
        ("train=nan", "a share is from 0 to 1"),
        ("train=.5,test=.4", "the shares sum to 0.9; they must sum to 1"),
        ("test=1", "leaves train empty"),
        ("", "no split ''"),
    ],
)
def test_shares_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(ErrataError) as error:
        parse_shares(text)
    assert message in str(error.value)


def test_each_class_in_its_shares() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    ids = np.array([f"{i}.png" for i in range(100)])
    splits = remake(ids, labels, np.arange(100), np.ones(100, bool), SHARES, 0)
    for label, wanted in ((0, [40, 5, 5]), (1, [24, 3, 3]), (2, [16, 2, 2])):
        assert [int((splits[labels == label] == split).sum()) for split in SHARES] == wanted
    assert (remake(ids, labels, np.arange(100), np.ones(100, bool), SHARES, 1) != splits).any()


@given(ROWS, st.integers(0, 9), st.permutations(range(40)))
def test_groups_stay_together_and_the_order_of_rows_is_nothing(
    rows: list[tuple[int, int, bool]], seed: int, order: list[int]
) -> None:
    labels, groups, members = (np.array(column) for column in zip(*rows, strict=True))
    ids = np.array([f"{i:03d}.png" for i in range(len(rows))])
    splits = remake(ids, labels, groups, members, SHARES, seed)
    assert set(splits.tolist()) <= set(SHARES)
    for group in np.unique(groups):
        assert len(set(splits[groups == group].tolist())) == 1
    places = np.array([place for place in order if place < len(rows)])
    renumbered = groups.max() - groups  # numbered the other way round
    again = remake(ids[places], labels[places], renumbered[places], members[places], SHARES, seed)
    assert again.tolist() == splits[places].tolist()


def test_left_out_images_do_not_count() -> None:
    labels, members = np.zeros(40, np.int64), np.arange(40) % 2 == 0
    ids = np.array([f"{i:02d}.png" for i in range(40)])
    splits = remake(ids, labels, np.arange(40), members, {"train": 0.5, "test": 0.5}, 3)
    assert [(splits[members] == split).sum() for split in ("train", "test")] == [10, 10]


def test_a_large_group_goes_where_there_is_room() -> None:
    groups = np.array([0] * 7 + [1, 2, 3])
    ids = np.array([f"{i}.png" for i in range(10)])
    splits = remake(ids, np.zeros(10, np.int64), groups, np.ones(10, bool), {"train": 0.7, "test": 0.3}, 0)
    assert splits.tolist() == ["train"] * 7 + ["test"] * 3


def test_copies_are_spread_like_other_images() -> None:
    groups = np.concatenate([np.repeat(np.arange(50), 4), np.arange(50, 250)])  # 50 groups of four, 200 images alone
    ids = np.array([f"{i:03d}.png" for i in range(400)])
    splits = remake(ids, np.arange(400) // 4 % 2, groups, np.ones(400, bool), {"train": 0.6, "test": 0.4}, 5)
    copied = splits[:200]
    assert 0.35 <= (copied == "test").mean() <= 0.45
    assert (splits == "test").sum() == 160


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_class_of_very_few_images_is_learned(n: int) -> None:
    ids = np.array([f"{i}.png" for i in range(60 + n)])
    labels = np.array([0] * 60 + [1] * n)
    splits = remake(ids, labels, np.arange(60 + n), np.ones(60 + n, bool), SHARES, 0)
    assert splits[60:].tolist() == ["train"] * n


@given(st.data())
def test_the_neediest_split_is_the_one_that_arrays_name(data: st.DataObject) -> None:
    """As versions were made before splits were compared one by one."""
    wanted = np.array(data.draw(st.sampled_from([[0.8, 0.1, 0.1], [0.7, 0.3], [1 / 3, 1 / 3, 1 / 3], [1.0]])))
    several = st.lists(st.integers(-3, 9), min_size=len(wanted), max_size=len(wanted))
    lacks, overall = (wanted * data.draw(st.integers(0, 10**6)) - np.array(data.draw(several)) for _ in range(2))
    size = data.draw(st.integers(0, 20))
    full = 2 * lacks.round(9) < size
    if full.all():
        expected = np.lexsort((-overall, -lacks.round(9)))[0]
    else:
        expected = np.lexsort(((-overall / wanted).round(9), (-lacks / wanted).round(9), full))[0]
    assert _neediest(size, lacks.tolist(), overall.tolist(), wanted.tolist()) == expected
