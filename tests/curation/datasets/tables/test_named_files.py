"""Files that a table spells in another way: found where one is meant, else missing."""

import unicodedata
from pathlib import Path

import pytest

from curation.datasets.tables.named_files import Written, find_files
from models.errors import ErrataError

TABLE = Path("labels.csv")


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def find(root: Path, *paths: str, split: str = "") -> list[str]:
    return find_files(TABLE, root, [Written(f"line {n}", path, split) for n, path in enumerate(paths)])[0]


@pytest.mark.parametrize(
    "spelling",
    [
        "train\\{c}\\{n}.jpg", "C:\\me\\set\\train\\{c}\\{n}.jpg", "/home/me/set/train/{c}/{n}.jpg",
        ".\\train\\{c}\\{n}.jpg", "set/train/{c}/{n}.jpg", "./set//train/{c}/{n}.jpg", "TRAIN/{c}/{n}.JPG",
        "train/{c}/{n}.png", "train/{c}/{n}", "gs://bucket/train/{c}/{n}.jpg", "file:///x/train/{c}/{n}.jpg",
               "\\\\server\\share\\train\\{c}\\{n}.jpg", "{c}/{n}.jpg",
    ],
)  # fmt: skip
def test_other_spellings(tmp_path: Path, spelling: str) -> None:
    names = [f"train/{c}/{n}.jpg" for c in ("cat", "dog") for n in ("1", "2")]
    root = tree(tmp_path / "set", *names)
    spelt = [spelling.format(c=c, n=n) for c in ("cat", "dog") for n in ("1", "2")]
    assert find(root, *spelt) == names


def test_blanks_accents_and_a_sentence(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é t.jpg") for form in ("NFC", "NFD"))
    root = tree(tmp_path, f"a/{composed}", "a/b.jpg")
    image_ids, said = find_files(TABLE, root, [Written("1", f"a/{decomposed}"), Written("2", "a/b.jpg")])
    assert image_ids == [f"a/{composed}", "a/b.jpg"]
    assert (
        "1 name of labels.csv is spelt otherwise than in the data set (accents) and taken for the only image that fits"
        in said
    )
    assert find(root, "a/%C3%A9%20t.jpg") == [f"a/{composed}"]
    assert find(root, "a%2Fb.jpg") == find(root, "x%5Ca%5Cb.jpg") == ["a/b.jpg"]
    assert find_files(TABLE, root, [Written("1", "a/b.jpg")])[1] == ""


@pytest.mark.parametrize(
    ("there", "paths"),
    [
        (["dog/1.jpg", "dog/2.jpg"], ["cat/1.jpg", "dog/2.jpg"]),  # a folder that is missing is not another one
        (["dog/1.jpg"], ["cat/1.jpg"]),
        (["a/1.jpg", "b/1.jpg"], ["1.jpg"]),
        (["1.jpg", "1.png"], ["1"]),
        (["1.JPG", "1.Jpg"], ["1.jpg"]),
        (["a.jpg"], ["a.jpg", "a.png"]),  # its file is named already
        (["a.jpg"], ["a.bmp", "a.png"]),  # two lines, one file
        (["test/1.jpg", "test/2.jpg"], ["train/1.jpg", "train/2.jpg"]),
        (["test/1.jpg"], ["/x/train/1.jpg"]),
        (["x/img.jpg"], ["y/img.jpg", "y/other.jpg"]),
    ],
)
def test_where_none_or_several_may_be_meant(tmp_path: Path, there: list[str], paths: list[str]) -> None:
    with pytest.raises(ErrataError, match=r"missing .*put (it|them) there|is not in the folder|may be|would all be"):
        find(tree(tmp_path / "set", *there), *paths)


def test_the_folder_of_the_split_decides(tmp_path: Path) -> None:
    root = tree(tmp_path, "train/1.jpg", "test/1.jpg")
    assert find(root, "1.jpg", split="test") == ["test/1.jpg"]
    with pytest.raises(ErrataError, match="missing"):
        find(tree(tmp_path / "b", "test/2.jpg"), "2.jpg", split="train")
