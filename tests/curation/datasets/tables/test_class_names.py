"""Numbers of classes become their names, or are refused."""

from pathlib import Path

import pytest

from curation.datasets.entries import Entry
from curation.datasets.tables.class_names import names_beside, with_names
from curation.datasets.tables.reading import read_table
from models.errors import ErrataError

NAMES = {0: "cat", 1: "dog", 2: "cow"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("class_names.txt", "cat\ndog\ncow\n"),
        ("classes.txt", "2 cow\n0 cat\n1 dog\n"),
        ("labels.txt", "0: cat\n1: dog\n2: cow"),
        ("classes.json", '["cat", "dog", "cow"]'),
        ("id2label.json", '{"0": "cat", "1": "dog", "2": "cow"}'),
        ("class_indices.json", '{"cat": 0, "dog": 1, "cow": 2}'),
    ],
)
def test_lists_of_names(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    assert names_beside(tmp_path) == (file, NAMES)


def test_a_table_of_numbers(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jpg").touch()
    (tmp_path / "labels.csv").write_text("filepath,label\na.jpg,0\nb.jpg,2.0\n".replace("0\n", "0.0\n", 1))
    (tmp_path / "class_names.txt").write_text("cat\ndog\ncow\n")
    notices: list[str] = []
    assert [entry.label for entry in read_table(tmp_path / "labels.csv", notices=notices)] == ["cat", "cow"]
    assert "labels 0, 1, … are read as the classes of class_names.txt: cat, dog, …" in notices[-1]


def labelled(*labels: str) -> list[Entry]:
    return [Entry(f"{n}.jpg", label, "") for n, label in enumerate(labels)]


def test_numbers_from_one(tmp_path: Path) -> None:
    entries, said = with_names(labelled("1", "3"), NAMES, "names.txt")
    assert [entry.label for entry in entries] == ["cat", "cow"]
    assert said.startswith("labels 1, 2, …")
    with pytest.raises(ErrataError, match=r"names.txt has 3 names, but an image has the label 3"):
        with_names(labelled("0", "3"), NAMES, "names.txt")


def test_bad_lists(tmp_path: Path) -> None:
    (tmp_path / "classes.json").write_text("[1, 2]")
    with pytest.raises(ErrataError, match="is no list of class names"):
        names_beside(tmp_path)
    (tmp_path / "class_names.txt").write_text("cat\ncat\n")
    with pytest.raises(ErrataError, match="has a class name twice"):
        names_beside(tmp_path)
