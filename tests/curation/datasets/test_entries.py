"""From entries to rows: order, splits, classes, and what is refused."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.entries import Entry, checked_class, class_order, make_rows
from curation.words import first_few
from models.errors import ErrataError

ROOT = Path("/data/pets")


def entries(*lines: str) -> list[Entry]:
    return [Entry(*line.split()) for line in lines]


GOOD = entries("b.jpg dog train", "a.jpg cat train", "c.jpg cat test")


def test_rows_are_ordered_by_image_id_and_classes_by_name() -> None:
    rows = make_rows(ROOT, GOOD, (), (), seed=0)
    assert rows.root == ROOT
    assert rows.classes == ("cat", "dog")
    assert rows.image_ids.tolist() == ["a.jpg", "b.jpg", "c.jpg"]
    assert rows.labels.tolist() == [0, 1, 0]
    assert rows.labels.dtype == np.int64
    assert rows.splits.tolist() == ["train", "train", "test"]


def test_given_classes_keep_their_order_and_others_are_left_out() -> None:
    rows = make_rows(ROOT, [*GOOD, Entry("d.jpg", "cow", "train")], ("dog", "cat"), ("cow",), seed=0)
    assert rows.classes == ("dog", "cat")
    assert rows.labels.tolist() == [1, 0, 1]


def test_numbered_classes_are_ordered_by_their_value() -> None:
    numbers = [Entry(f"{k}-{i}.jpg", str(k), "train") for k in (10, 2, 0, 11) for i in range(2)]
    assert make_rows(ROOT, numbers, (), (), 0).classes == ("0", "2", "10", "11")
    assert class_order(["10", "9", "010", "-1"]) == ("-1", "9", "010", "10")
    assert class_order(["10", "9", "x"]) == ("10", "9", "x")


def test_an_open_split_is_decided_by_seed() -> None:
    entries = [Entry(f"{label}/{i}.jpg", label, "") for label in ("cat", "dog") for i in range(50)]
    first, again, another = (make_rows(ROOT, entries, (), (), seed) for seed in (1, 1, 2))
    assert [int((first.labels[first.splits == "test"] == k).sum()) for k in (0, 1)] == [10, 10]
    assert set(first.splits.tolist()) == {"train", "test"}
    assert (first.splits == again.splits).all()
    assert (first.splits != another.splits).any()


@given(st.permutations(GOOD))
def test_the_order_found_on_disk_does_not_matter(entries: list[Entry]) -> None:
    assert make_rows(ROOT, entries, (), (), 0).image_ids.tolist() == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_class_written_in_two_unicode_forms_is_one_class() -> None:
    names = [unicodedata.normalize(form, "Casa Batlló") for form in ("NFC", "NFD")]
    entries = [Entry(f"{i}.jpg", name, "train") for i, name in enumerate([*names, "Colosseum"])]
    rows = make_rows(ROOT, entries, ("Casa Batlló", "Colosseum"), (), 0)
    assert rows.labels.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], r"no image in /data/pets; expected SPLIT/CLASS/\*\.jpg"),
        (["a.jpg cat train", "a.jpg cat train", "b.jpg dog train"], r"named more than once: a\.jpg; "),
        (["a.jpg cat train", "a.jpg dog train", "b.jpg dog train"], r"with different labels \(cat, dog\): a\.jpg; "),
        (["a.jpg cat train", "a.jpg cat test", "b.jpg dog train"], r"named in two splits \(test and train\): a\.jpg"),
        (["a.jpg cat train", "b.jpg cat test"], r"only one class \(cat\); label errors need at least two"),
        (["a.jpg cat test", "b.jpg dog test"], "has no training image; put some into"),
        (["a.jpg cat train", "b.jpg cat train", "c.jpg dog test"], "has no training image of dog; add some or"),
        (["a.jpg a/b train", "b.jpg dog train"], "class 'a/b' is not a name"),
        (["a.jpg .. train", "b.jpg dog train"], r"class '\.\.' is not a name"),
        (["a\udcff.jpg cat train", "b.jpg dog train"], "is not UTF-8; rename the file"),
    ],
)
def test_what_is_refused(lines: list[str], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        make_rows(ROOT, entries(*lines), (), (), seed=0)


def test_labels_outside_the_class_list() -> None:
    with pytest.raises(ErrataError, match=r"pets, image 'b\.jpg': no class 'dgo'; did you mean 'dog'\?"):
        make_rows(ROOT, entries("a.jpg cat train", "b.jpg dgo train"), ("cat", "dog"), (), seed=0)


def test_a_class_of_the_list_without_training_images() -> None:
    with pytest.raises(ErrataError, match=r"has no training image of cow"):
        make_rows(ROOT, GOOD, ("cat", "cow", "dog"), (), seed=0)


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "..", "../x", "a..b", ".hidden", " cat", "a\nb", "a\0"])
def test_class_names_that_could_leave_a_folder(name: str) -> None:
    with pytest.raises(ErrataError, match=r"is not a name"):
        checked_class(name)


@pytest.mark.parametrize("name", ["cat", "St Stephen's Cathedral", "Casa Batlló", "猫", "0", "a.b"])
def test_class_names_people_use(name: str) -> None:
    assert checked_class(name) == name


def test_some_names_three() -> None:
    assert first_few(["a", "b", "c"]) == "a, b, c"
    assert first_few(["a", "b", "c", "d"]) == "a, b, c, …"
