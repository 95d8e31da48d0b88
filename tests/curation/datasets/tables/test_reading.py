"""Label tables: what is read, what is never read, and all that is refused."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.entries import Entry
from curation.datasets.tables.reading import read_table
from models.errors import ErrataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    (root / "deep").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg", "ü b.jpg", "deep/c.jpg"):
        (root / name).touch()
    (tmp_path / "outside.jpg").touch()
    return root


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_split_column(folder: Path) -> None:
    text = "filepath,label,split\na.jpg,cat,train\nb.jpg,dog,TEST\ndeep/c.jpg,dog,validation\n"
    assert read_table(table(folder, text)) == [
        Entry("a.jpg", "cat", "train"),
        Entry("b.jpg", "dog", "test"),
        Entry("deep/c.jpg", "dog", "val"),
    ]


def test_without_split_column(folder: Path) -> None:
    path = table(folder, "filepath,label\na.jpg,cat\n")
    assert read_table(path) == [Entry("a.jpg", "cat", "")]
    assert read_table(path, "train") == [Entry("a.jpg", "cat", "train")]


def test_any_column_order_and_other_columns_are_never_read(folder: Path) -> None:
    path = table(folder, "clean_label, label ,x,filepath\ndog,cat,,a.jpg\n")
    assert read_table(path) == [Entry("a.jpg", "cat", "")]


def test_byte_order_mark_line_ends_quotes_and_blank_lines(folder: Path) -> None:
    path = table(folder, '\ufefffilepath,label\r\n"ü b.jpg","cat, tabby"\r\n\r\n,\r\n./deep/../a.jpg, dog \r\n')
    assert read_table(path) == [Entry("ü b.jpg", "cat, tabby", ""), Entry("a.jpg", "dog", "")]


def test_absolute_paths_inside_the_folder(folder: Path, tmp_path: Path) -> None:
    path = table(folder, f"filepath,label\n{folder}/a.jpg,cat\n{folder}/deep/c.jpg,dog\n")
    expected = [Entry("a.jpg", "cat", ""), Entry("deep/c.jpg", "dog", "")]
    assert read_table(path) == expected
    (tmp_path / "link").symlink_to(folder)  # the folder by another name
    assert read_table(tmp_path / "link/labels.csv") == expected


@pytest.mark.parametrize(
    "given_path", ["../outside.jpg", "deep/../../outside.jpg", "/etc/passwd", "..", ".", "a\0.jpg", "/\0"]
)
def test_no_path_leaves_the_folder(folder: Path, given_path: str) -> None:
    with pytest.raises(ErrataError, match=r"line 2: .* is not in the folder .*; move the image or the CSV"):
        read_table(table(folder, f"filepath,label\n{given_path},cat\n"))


def test_no_link_leaves_the_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "up").symlink_to(tmp_path)
    for name in ("link.jpg", "up/outside.jpg"):
        with pytest.raises(ErrataError, match=f"{name}' is a link out of"):
            read_table(table(folder, f"filepath,label\n{name},cat\n"))


def test_missing_files_are_counted_and_three_named(folder: Path) -> None:
    lines = "".join(f"no{i}.jpg,cat\n" for i in range(5))
    with pytest.raises(ErrataError, match=r"5 files named in .* are missing \(no0.jpg, no1.jpg, no2.jpg, …\)"):
        read_table(table(folder, f"filepath,label\na.jpg,cat\n{lines}"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"labels.csv is empty; it needs the columns filepath,label\[,split\]"),
        ("\n\n", "is empty"),
        ("filepath,label\n", "names no image"),
        ("path,label\na.jpg,cat\n", r"no column filepath; .*its columns: path, label"),
        ("a;b\na.jpg;cat\n", "no column filepath and no column label; .*separated by commas .its columns: a;b"),
        ("filepath,label,label\na.jpg,cat,dog\n", "has the column label 2 times"),
        ("filepath,label\na.jpg\n", "line 2 has no label; fill it in"),
        ("filepath,label\na.jpg,cat\n,dog\n", "line 3 has no filepath"),
        ("filepath,label,split\na.jpg,cat,\n", "line 2 has no split"),
        ("filepath,label,split\na.jpg,cat,trian\n", "line 2: no split 'trian'; did you mean 'train'"),
        ('filepath,label\n"a.jpg,cat\nb.jpg,dog\n', "is not CSV .*correct that line"),
        ("filepath,label\na.jpg,caf\u00e9\n".encode("latin-1"), "is not UTF-8 .*save it as UTF-8"),
        ("filepath,label\na.jpg,cat\n".encode("utf-16"), "is not UTF-8"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is not UTF-8"),
    ],
)
def test_bad_tables(folder: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        read_table(table(folder, text))


def test_a_table_of_one_split_may_not_name_another(folder: Path) -> None:
    path = table(folder, "filepath,label,split\na.jpg,cat,test\n")
    with pytest.raises(ErrataError, match=r"has split test, but the file lists train; move .* test_labels\.csv"):
        read_table(path, "train")


def test_no_such_table(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"cannot read .*labels.csv: No such file"):
        read_table(tmp_path / "labels.csv")


word = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
file_name = word.filter(lambda name: "/" not in name and name not in (".", ".."))


@given(st.lists(st.tuples(file_name, word), min_size=1, max_size=8, unique_by=lambda pair: pair[0]))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]) -> None:
    root = tmp_path_factory.mktemp("set") / "images"
    root.mkdir()
    with (root / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["filepath", "label"])
        for name, label in pairs:
            (root / f"{name}.jpg").touch()
            writer.writerow([f"{name}.jpg", label])
    assert read_table(root / "labels.csv") == [Entry(f"{name}.jpg", label, "") for name, label in pairs]
