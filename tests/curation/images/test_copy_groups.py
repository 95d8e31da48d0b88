"""Groups of copies, those that do harm first."""

import numpy as np

from curation.images.duplicates import Duplicates, copy_groups
from tests.helpers.split_pictures import alone, checked


def test_harm_comes_first() -> None:
    # Rows 0-1: two of one label; 2-4: three of one label; 5-6: a leak; 7-8: conflicting labels; 9: no copy.
    labels = [0, 0, 1, 1, 1, 2, 2, 0, 1, 2]
    splits = ["train"] * 5 + ["train", "test"] + ["train"] * 3
    groups = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3, 4])
    near = np.isin(np.arange(10), [2, 3])
    found = copy_groups(checked(labels, splits).rows, Duplicates(groups, ~near, near))
    assert [one.rows.tolist() for one in found] == [[7, 8], [5, 6], [2, 3, 4], [0, 1]]
    assert [one.conflicting for one in found] == [True, False, False, False]
    assert [one.leak for one in found] == [False, True, False, False]
    assert [one.near for one in found] == [False, False, True, False]


def test_no_copies_no_groups() -> None:
    assert copy_groups(checked([0, 1], ["train", "test"]).rows, alone(2)) == []
