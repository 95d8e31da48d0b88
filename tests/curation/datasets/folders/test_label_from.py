"""Labels in the names of files: by the expression that a person gives, which the refusal names."""

from pathlib import Path

import pytest

from curation.datasets.finding import find_dataset
from curation.datasets.folders.label_from import checked_pattern, read_names
from curation.datasets.opening import choose_label_from
from curation.datasets.read_rows import read_rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError

DOGS = ("great_dane_1.jpg", "great_dane_2.jpg", "pug_3.jpg", "pug_14.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in DOGS:
        (tmp_path / "dogs" / "images").mkdir(parents=True, exist_ok=True)
        (tmp_path / "dogs" / "images" / name).touch()
    return tmp_path / "dogs"


def test_the_refusal_names_the_option_which_is_kept(folder: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "home")
    with pytest.raises(ErrataError, match=r"names of the files \(great_dane, pug\), add --label-from '\^\(\.\+\)"):
        read_rows(find_dataset(str(folder), workspace))
    choose_label_from(str(folder), r"^(.+)_\d+", workspace)
    rows = read_rows(find_dataset(str(folder), workspace))
    assert rows.classes == ("great_dane", "pug")
    assert r"labels are read from the names of the files by ^(.+)_\d+" in rows.notices
    choose_label_from(str(folder), "none", workspace)
    with pytest.raises(ErrataError, match="no class folders"):
        read_rows(find_dataset(str(folder), workspace))


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (r"(\w+", "is no regular expression"),
        (r"\w+_\d+", "has 0 groups; put brackets around the label alone"),
        (r"(\w+)_(\d+)", "has 2 groups"),
        (r"^([a-z]+)_\d\.", r"finds no label in 3 images of 4 \(images/great_dane_1.jpg"),
    ],
)
def test_what_is_refused(folder: Path, pattern: str, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        read_names(folder, pattern, [])


def test_a_slash_means_the_path_and_folders_say_the_split(tmp_path: Path) -> None:
    for name in ("train/s1/cat/1.jpg", "train/s2/dog/1.jpg", "test/s1/cat/2.jpg", "test/s3/dog/1.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    notices: list[str] = []
    entries = read_names(tmp_path, r"/([^/]+)/[^/]+$", notices)
    assert {(entry.split, entry.label) for entry in entries} == {
        ("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "dog"),
    }  # fmt: skip
    assert "splits are those of the folders (test, train)" in notices
    assert checked_pattern(r"(?:a|b)_(\w)").groups == 1
