"""Images that learn, choose and test: disjoint, without copies on two sides, of the wanted classes only."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.training.data import TrainingData, of_classes, training_data
from models.errors import ErrataError

CLASSES = ("cat", "dog", "owl")


def checked(labels: list[int], splits: list[str]) -> CheckedRows:
    n = len(labels)
    ids = np.array([f"{split}/{i}.png" for i, split in enumerate(splits)])
    rows = Rows(Path("/pets"), CLASSES, ids, np.array(labels), np.array(splits))
    sizes = np.full((n, 2), 10)
    return CheckedRows(rows, np.array([f"{i:064x}" for i in range(n)]), np.arange(n, dtype=np.uint64), sizes, ())


def copies(groups: list[int]) -> Duplicates:
    return Duplicates(np.array(groups), np.zeros(len(groups), bool), np.zeros(len(groups), bool))


def pets(train: int = 10, val: int = 0, test: int = 3) -> tuple[CheckedRows, Duplicates]:
    """Return so many images of each class in each split; no two are copies."""
    splits = ["train"] * 3 * train + ["val"] * 3 * val + ["test"] * 3 * test
    return checked([i % 3 for i in range(len(splits))], splits), copies(list(range(len(splits))))


def counts(data: TrainingData) -> list[list[int]]:
    return [np.bincount(data.checked.rows.labels[rows]).tolist() for rows in (data.learn, data.val, data.test)]


def test_the_val_split_chooses_where_there_is_one() -> None:
    data = training_data(*pets(10, 2, 3))
    assert counts(data) == [[10] * 3, [2] * 3, [3] * 3]
    assert (data.val == (data.checked.rows.splits == "val")).all()
    assert data.leaks == 0


def test_else_a_part_of_train_does() -> None:
    data = training_data(*pets(20))
    assert counts(data) == [[17] * 3, [3] * 3, [3] * 3]
    assert (data.checked.rows.splits[data.val] == "train").all()


def test_classes_come_in_the_order_they_are_named() -> None:
    data = training_data(*pets(), classes=("owl", "cat"))
    rows = data.checked.rows
    assert rows.classes == ("owl", "cat")
    assert len(rows) == len(data.checked.sha256s) == len(data.checked.hashes) == len(data.checked.sizes_px) == 26
    before = pets()[0].rows
    names = {image: before.classes[label] for image, label in zip(before.image_ids, before.labels, strict=True)}
    assert [names[image] for image in rows.image_ids] == [rows.classes[label] for label in rows.labels]
    assert [int(sha256, 16) for sha256 in data.checked.sha256s] == [i for i in range(39) if i % 3 != 1]


@given(most=st.integers(9, 70), train=st.integers(4, 20), seed=st.integers(0, 5))
def test_the_three_are_disjoint_and_a_limit_is_kept(most: int, train: int, seed: int) -> None:
    data = training_data(*pets(train), max_train_images=most, seed=seed)
    assert (data.learn.astype(int) + data.val + data.test).max() == 1
    used = np.bincount(data.checked.rows.labels[data.learn | data.val])
    assert used.sum() == min(most, 3 * train)
    assert np.ptp(used) <= 1
    assert data.test.sum() == 9


def test_copies_are_never_on_both_sides_and_leaks_into_test_are_counted() -> None:
    groups = [i // 2 for i in range(60)] + [0, 1, 2, 30, 31, 32, 33, 34, 35]  # pairs in train; three leak
    images, _ = pets(20)
    data = training_data(images, copies(groups))
    group_of = np.array(groups)
    assert data.val.any()
    assert not np.isin(group_of[data.val], group_of[data.learn]).any()
    assert data.leaks == int(np.isin(group_of[data.test], group_of[data.learn]).sum()) > 0


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("cat", "dgo"), "no class 'dgo'; did you mean 'dog'?"),
        (("cat", "dog", "cat"), "a class is named twice in --classes cat,dog,cat; name each once"),
        (("owl",), "--classes owl leaves nothing to tell apart; name at least two"),
    ],
)
def test_classes_that_make_no_task(classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(ErrataError) as error:
        of_classes(pets()[0].rows, classes)
    assert message in str(error.value)


def test_too_few_of_a_class() -> None:
    images = checked([0, 0, 0, 1, 1, 1, 2], ["train"] * 7)
    sentence = r"^class 'owl' has 1 images to learn from in pets; at least 2 are needed: .* or leave the class out$"
    with pytest.raises(ErrataError, match=sentence):
        training_data(images, copies(list(range(7))))
    training_data(images, copies(list(range(7))), ("cat", "dog"))
    with pytest.raises(ErrataError, match="--max-train-images -1 is negative"):
        training_data(images, copies(list(range(7))), max_train_images=-1)
