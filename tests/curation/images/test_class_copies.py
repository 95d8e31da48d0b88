"""Classes whose files are copies of another class's, by hand."""

from pathlib import Path

import numpy as np

from curation.datasets.rows import Rows
from curation.images.class_copies import class_copy_notices

CLASSES = ("cat", "dog", "kitten")


def notices(**files: str) -> list[str]:
    """Return the notices; each class has a file for each letter, equal letters are equal files."""
    labels = np.array([CLASSES.index(name) for name, letters in files.items() for _ in letters])
    contents = [letter for letters in files.values() for letter in letters]
    ids = np.array([f"{number}.jpg" for number in range(len(labels))])
    rows = Rows(Path("/pets"), CLASSES, ids, labels, np.full(len(labels), "train", "<U5"))
    return class_copy_notices(rows, np.array(contents))


def test_all_files_of_a_class_lie_in_another() -> None:
    assert notices(cat="abcde", dog="xyz", kitten="aabb") == [
        "all 2 training files of class kitten are copies of files of class cat: these images have two labels"
    ]


def test_one_class_under_two_names() -> None:
    assert notices(cat="abc", dog="xyz", kitten="cba") == [
        "the classes cat and kitten hold the same 3 training files: if they are one class, merge them "
        "(--merge-classes 'kitten=cat'), else each of these images has two labels"
    ]


def test_single_copies_are_left_to_the_audit() -> None:
    assert notices(cat="abcde", dog="axyzw") == []
    assert notices(cat="aabb", dog="xyz") == []
    assert notices(cat="abcdef", dog="abxy") == [
        "2 of 4 training files of class dog are copies of files of class cat: these images have two labels"
    ]
