"""Label tables: what is read, what is never read, and all that is refused."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.entries import Entry
from curation.datasets.tables.columns import checked_columns
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
        ("a;b\nx;cat\n", r"no column filepath \(its columns: a, b\); name .* --columns filepath=NAME"),
        ("path,a,b\na.jpg,cat,x\n", r"no column label \(its columns: path, a, b\); .* --columns label=NAME"),
        ("path,class,category\na.jpg,cat,x\n", "the labels in class or category; name one: --columns label=class"),
        ("filepath,label\na.jpg,café, small\n", "line 2 has 3 cells, but there are 2 columns .* double quotes"),
        ("a.jpg,cat\nb.jpg,café,small\n", "line 2 has 3 cells"),
        ("a.jpg,café,small\nb.jpg,café,big\n", r"no header, and line 1 3 cells .* comma in double quotes"),
        ("filepath,coarse_label,fineLabel\na.jpg,x,cat\n", "the labels in coarse_label or fineLabel; name one"),
        ("path;label\na.jpg;cat;x\n", "line 2 has 3 cells, .* contains ';' in double quotes"),
        ("filepath,label,label\na.jpg,cat,dog\n", "has the column label 2 times"),
        ("filepath,label\na.jpg\n", "line 2 has no label; fill it in"),
        ("filepath,label\na.jpg,cat\n,dog\n", "line 3 has no filepath"),
        ("filepath,label,split\na.jpg,cat,\n", "line 2 has no split"),
        ("filepath,label,split\na.jpg,cat,trian\n", "line 2: no split 'trian'; did you mean 'train'"),
        ('filepath,label\n"a.jpg,cat\nb.jpg,dog\n', "is not CSV .*correct that line"),
        ("filepath,label\na.jpg,кот\n".encode("cp1251"), "is not UTF-8 .*save it as UTF-8"),
        ("filepath,label\na.jpg,猫\n".encode("shift-jis"), "is not UTF-8"),
        ("filepath,label\na.jpg,cat\n".encode("utf-16")[:-1], "is damaged .*save it as UTF-8"),
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


PETS = [Entry("a.jpg", "cat", ""), Entry("b.jpg", "dog", "")]
SPLIT_PETS = [Entry("a.jpg", "cat", "train"), Entry("b.jpg", "dog", "test")]


@pytest.mark.parametrize(
    ("file", "content", "expected", "said"),
    [
        ("x.csv", "image;class\na.jpg;cat\nb.jpg;dog\n", PETS, "filepath is the column image.*semicolons"),
        ("x.csv", "sep=;\nimage;class\na.jpg;cat\nb.jpg;dog\n", PETS, "semicolons"),
        ("x.tsv", "File Name\tCategory\na.jpg\tcat\nb.jpg\tdog\n", PETS, "the column File Name.*tabs"),
        ("x.csv", "img_path|target|x\na.jpg|cat|1\nb.jpg|dog|2\n", PETS, "label is the column target.*bars"),
        ("x.txt", "a.jpg cat\nb.jpg dog\n", PETS, "no header; filepath is the column 1.*blanks"),
        ("x.csv", "a.jpg,cat\nb.jpg,dog\n", PETS, "no header; filepath is the column 1; label is the column 2"),
        ("x.lst", "0\tcat\ta.jpg\n1\tdog\tb.jpg\n", PETS, "filepath is the column 3; label is the column 2"),
        ("x.csv", ",filename,breed\n0,a.jpg,cat\n1,b.jpg,dog\n", PETS, "label is the column breed"),
        ("x.csv", "image,cat,dog\na.jpg,1,0\nb.jpg,0.0,1.0\n", PETS, r"label is the one .* that is 1 \(cat, dog\)"),
        ("x.csv", "path,class_id,class_name\na.jpg,0,cat\nb.jpg,1,dog\n", PETS, "label is the column class_name"),
        ("x.csv", "filepath,label,name\na.jpg,0,cat\nb.jpg,1,dog\n", None, ""),  # `name` is no word for a class
        ("x.csv", "filepath,label,classname\na.jpg,0,cat\nb.jpg,1,dog\n", PETS, "label is the column classname"),
        ("x.csv", "filename,filepath,label\nz.jpg,a.jpg,cat\nz.jpg,b.jpg,dog\n", PETS, ""),
        ("x.csv", "id,image,label\n7,a.jpg,cat\n8,b.jpg,dog\n", PETS, "filepath is the column image"),
        ("x.csv", 'image, class\na.jpg, "cat"\nb.jpg, "dog"\n', PETS, "the column class"),
        ("x.csv", "# of 2020\n#, by x\nimage,class\na.jpg,cat\nb.jpg,dog\n", PETS, "the column class"),
        ("x.csv", "#image,class\na.jpg,cat\nb.jpg,dog\n", PETS, "the column #image"),
        (
            "x.csv",
            "url,class\nhttps://x.org/a.jpg?s=1,cat\nhttps://x.org/b.jpg?s=1,dog\n",
            PETS,
            "the only images that",
        ),
        ("x.csv", "A,B\na.jpg,cat\nb.jpg,dog\n", PETS, r"the first line names the columns \(A, B\)"),
        ("x.csv", "filepath,label\na.jpg,-1\nb.jpg,0\n", None, "1 image has the label -1, which is taken for a class"),
        ("x.csv", "filepath,label\na.jpg,['cat']\nb.jpg,['dog']\n", PETS, "each label is a list of one"),
        ("x.csv", "filepath,label,Split\na.jpg,cat,Training\nb.jpg,dog,TEST\n", SPLIT_PETS, "the column Split"),
        ("x.csv", "filepath,label,Usage\na.jpg,cat,Training\nb.jpg,dog,PrivateTest\n", SPLIT_PETS, "Usage"),
        ("x.csv", "filepath,label,is_test\na.jpg,cat,False\nb.jpg,dog,True\n", SPLIT_PETS, "is_test"),
        ("x.csv", "filepath,label,train,test\na.jpg,cat,1,0\nb.jpg,dog,0,1\n", SPLIT_PETS, "train and test"),
        ("x.csv", "filepath,label,test\na.jpg,cat,0\nb.jpg,dog,1\n", SPLIT_PETS, "split is the column test"),
        ("x.csv", "filepath,label,in_train\na.jpg,cat,1\nb.jpg,dog,0\n", SPLIT_PETS, "split is the column in_train"),
        ("x.csv", "filepath,label,invalid\na.jpg,cat,1\nb.jpg,dog,0\n", PETS, ""),
        ("x.csv", "ImageId,P\na.jpg,cat 1 2 3 4 cat 5 6 7 8 \nb.jpg,dog 1 2 3 4\n", PETS, "boxes after the labels"),
        ("x.csv", "filepath,label,Train\na.jpg,cat,WAHR\nb.jpg,dog,FALSCH\n", SPLIT_PETS, "split is the column Train"),
        ("x.csv", "filepath,label,holdout\na.jpg,cat,\nb.jpg,dog,x\n", SPLIT_PETS, "split is the column holdout"),
        ("x.csv", "image,breed,test\na.jpg,cat,no\nb.jpg,dog,yes\n", SPLIT_PETS, "label is the column breed"),
        ("x.csv", "filename,cat,dog,test\na.jpg,1,0,0\nb.jpg,0,1,1\n", SPLIT_PETS, "split is the column test"),
        ("x.csv", "filepath,label,test,valid\na.jpg,cat,0,1\nb.jpg,dog,1,1\n", SPLIT_PETS, "valid names no split"),
        (
            "x.csv",
            "filepath,label,test,is_test\na.jpg,cat,0,no\nb.jpg,dog,1,yes\n",
            SPLIT_PETS,
            "test and is_test|is_t",
        ),
        ("x.csv", "filepath,label,test\na.jpg,cat,0.31\nb.jpg,dog,0.5\n", PETS, ""),
        ("x.csv", "filepath,label,set,fold\na.jpg,cat,train,0\nb.jpg,dog,test,1\n", SPLIT_PETS, "fold names no split"),
        ("x.csv", '"path","label"\n"1","a.jpg","cat"\n"2","b.jpg","dog"\n', PETS, "the column path"),  # as R writes it
        ("x.csv", "filepath,label,mode\na.jpg,cat,train\nb.jpg,dog,test\n", SPLIT_PETS, "split is the column mode"),
        ("x.csv", "filepath,label,kfold\na.jpg,cat,0\nb.jpg,dog,1\n", PETS, "kfold names no split"),
        ("x.csv", "filepath,label,fold\na.jpg,cat,0\nb.jpg,dog,1\n", PETS, r"fold names no split \(0, 1\) and is not"),
        ("x.csv", "filepath,label,valid\na.jpg,cat,0\nb.jpg,dog,1\n", PETS, "valid names no split"),
        ("x.jsonl", '{"file_name": "a.jpg", "label": "cat"}\n{"file_name": "b.jpg", "label": ["dog"]}\n', PETS, ""),
        ("x.json", '[{"image": "a.jpg", "class": "cat"}, {"image": "b.jpg", "class": "dog"}]', PETS, "image"),
        ("x.json", '{"a.jpg": "cat", "b.jpg": "dog"}', PETS, ""),
        ("x.csv", "image,class\na.jpg,cat\nb.jpg,dog\n".encode("utf-16"), PETS, "encoded in UTF-16"),
        ("x.csv", "image,class\na.jpg,cat\nb.jpg,dog\n".encode("utf-16-le"), PETS, "encoded in UTF-16"),
    ],
)
def test_ways_to_write_one_table(
    folder: Path, file: str, content: str | bytes, expected: list[Entry] | None, said: str
) -> None:
    path = folder / file
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    notices: list[str] = []
    entries = read_table(path, notices=notices)
    if expected:
        assert entries == expected
    assert re.search(said, "\n".join(notices)) if said else True


def test_western_letters_are_read_and_named(folder: Path) -> None:
    text = "filepath;label\na.jpg;café crème\nb.jpg;Weißbrot\n"
    notices: list[str] = []
    assert [entry.label for entry in read_table(table(folder, text.encode("cp1252")), notices=notices)] == [
        "café crème",
        "Weißbrot",
    ]
    assert "encoded in Windows-1252, not UTF-8 (café, crème, Weißbrot)" in notices[0]


def test_a_plain_table_needs_no_word(folder: Path) -> None:
    notices: list[str] = []
    read_table(table(folder, "filepath,label,split\na.jpg,cat,train\nb.jpg,dog,test\n"), notices=notices)
    assert notices == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("filepath,label,set\na.jpg,cat,train\nb.jpg,dog,tset\n", "line 3: no split 'tset'; did you mean 'test'"),
        ("filepath,label,is_valid\na.jpg,cat,no\nb.jpg,dog,maybe\n", "line 3: is_valid 'maybe' says no split"),
        (
            "filepath,label,split,set\na.jpg,cat,train,test\nb.jpg,dog,test,test\n",
            "split says train, but set says test",
        ),
        ("filepath,label,train,test\na.jpg,cat,1,0\nb.jpg,dog,1,1\n", "line 3: train '1', test '1' says no split"),
        ("filepath,label,test,is_test\na.jpg,cat,0,0\nb.jpg,dog,1,0\n", "line 3: is_test '0', test '1' says no split"),
        (
            "filepath,label,test\na.jpg,cat,0\nb.jpg,dog,1\ndeep/c.jpg,dog,?\n",
            "line 4: test '.' is neither true nor false, as the others",
        ),
        ("image,P\na.jpg,cat 1 2 3 4 dog 5 6 7 8\nb.jpg,dog 1 2 3 4\n", "line 2: 'cat, dog' names several labels"),
        ("filepath,label,split,test\na.jpg,cat,train,1\nb.jpg,dog,test,1\n", "split says train, but test says test"),
        ("filepath,label\na.jpg,cat|dog\nb.jpg,cat\ndeep/c.jpg,dog\n", "line 2: 'cat.dog' names several labels;"),
        ("filepath,label\na.jpg,cat;dog\nb.jpg,dog;cow\ndeep/c.jpg,cow;cat\n", "several labels, as 3 of 3 images do"),
        ("filepath,label\na.jpg,\"['cat', 'dog']\"\nb.jpg,['cat']\n", "line 2: .* names several labels"),
        ("image,label\na.jpg,3\nb.jpg,3 5\n", "line 3: '3 5' names several labels"),
        ("image,label\na.jpg,cat\nb.jpg,['cat' 'dog']\n", "line 3: .* names several labels"),
        ("filepath,cat,dog\na.jpg,1,1\nb.jpg,0,1\n", "line 2: 'cat, dog' names several labels"),
        ("filepath,cat,dog\na.jpg,0,0\nb.jpg,0,1\n", "line 2 has no label: no column is 1"),
    ],
)
def test_what_could_be_read_wrongly_is_refused(folder: Path, text: str, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        read_table(table(folder, text))


def test_folders_say_the_split_where_no_column_does(folder: Path) -> None:
    for name in ("train/1.jpg", "test/1.jpg"):
        (folder / name).parent.mkdir()
        (folder / name).touch()
    notices: list[str] = []
    path = table(folder, "filepath,label\ntrain/1.jpg,cat\ntest/1.jpg,dog\n")
    assert [entry.split for entry in read_table(path, notices=notices)] == ["train", "test"]
    assert notices == ["labels.csv: no column says the split; it is that of the folders (test, train)"]
    path = table(folder, "filepath,label\ntrain/1.jpg,cat\na.jpg,dog\n")
    assert {entry.split for entry in read_table(path)} == {""}


def test_columns_that_a_person_names(folder: Path) -> None:
    path = table(folder, "A,B,C,D\nx,a.jpg,train,cat\ny,b.jpg,test,dog\n")
    assert read_table(path, columns={"filepath": "B", "label": "d", "split": "3"}) == SPLIT_PETS
    with pytest.raises(ErrataError, match="column for label: no column 'E'"):
        read_table(path, columns={"filepath": "B", "label": "E"})


def test_classes_may_have_the_names_of_splits(folder: Path) -> None:
    path = table(folder, "filepath,label\na.jpg,train\nb.jpg,test\n")
    assert read_table(path) == [Entry("a.jpg", "train", ""), Entry("b.jpg", "test", "")]


def test_columns_on_the_command_line() -> None:
    assert checked_columns("filepath = Image Path,label=Y") == {"filepath": "Image Path", "label": "Y"}
    for text, sentence in (("path=X", "no role"), ("filepath", "cannot be read"), ("label=a,label=b", "label twice")):
        with pytest.raises(ErrataError, match=sentence):
            checked_columns(text)
