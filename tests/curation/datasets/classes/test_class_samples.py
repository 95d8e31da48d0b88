"""Images drawn by seed, a few of each class."""

from pathlib import Path

import numpy as np

from curation.datasets.classes.class_samples import class_samples
from curation.datasets.rows import Rows


def rows_of(labels: list[int], splits: list[str]) -> Rows:
    names = np.array([f"{place:03d}.png" for place in range(len(labels))])
    return Rows(Path("/pictures"), ("sea", "forest", "street"), names, np.array(labels), np.array(splits, "<U5"))


def test_so_many_of_each_class_and_split() -> None:
    rows = rows_of([0] * 10 + [1] * 2 + [0] * 3, ["train"] * 12 + ["test"] * 3)
    sea, forest, street = class_samples(rows, "train", 4, 0)
    assert len(sea) == len(set(sea.tolist())) == 4
    assert set(sea.tolist()) <= set(range(10))
    assert sorted(forest.tolist()) == [10, 11]
    assert not len(street)
    assert sorted(class_samples(rows, None, 99, 0)[0].tolist()) == [*range(10), 12, 13, 14]


def test_the_seed_decides_and_other_classes_do_not() -> None:
    rows = rows_of([0] * 50 + [1] * 50, ["train"] * 100)
    first = [rows_of_class.tolist() for rows_of_class in class_samples(rows, None, 5, 3)]
    assert first == [rows_of_class.tolist() for rows_of_class in class_samples(rows, None, 5, 3)]
    assert first != [rows_of_class.tolist() for rows_of_class in class_samples(rows, None, 5, 4)]
    assert first[0] == class_samples(rows_of([0] * 50, ["train"] * 50), None, 5, 3)[0].tolist()
