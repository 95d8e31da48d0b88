"""Layouts of image folders: each row of the table in docs/data-sets.md is read, or refused in a sentence."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from curation.datasets.folders.image_folder import read_folder
from models.errors import ErrataError
from models.images.formats import SUFFIXES

Reading = dict[str, str]  # "SPLIT/CLASS" -> names of its images, without suffix and folders


def draw(root: Path, files: str) -> None:
    """Make empty files; `a/{cat,dog}/{1,2}.jpg` makes four."""
    for pattern in files.split():
        for name in _unfolded(pattern):
            path = root / name.replace("~", " ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def _unfolded(pattern: str) -> list[str]:
    found = re.search(r"\{([^{}]*)\}", pattern)
    if not found:
        return [pattern]
    start, end = pattern[: found.start()], pattern[found.end() :]
    return [name for part in found[1].split(",") for name in _unfolded(f"{start}{part}{end}")]


def read(root: Path) -> tuple[Reading, str]:
    """Return what is read, and the notices in one text."""
    notices: list[str] = []
    groups: dict[str, list[str]] = {}
    for entry in read_folder(root, notices):
        key = f"{entry.split}/{entry.label}" if entry.split else entry.label
        groups.setdefault(key, []).append(Path(entry.image_id).stem)
    return {key: " ".join(sorted(names)) for key, names in sorted(groups.items())}, "; ".join(notices)


TRAIN_TEST = {"test/cat": "2", "test/dog": "2", "train/cat": "1", "train/dog": "1"}
CLASSES = {"cat": "1", "dog": "1"}
READ = {  # files -> reading, a part of the notices ("" = none)
    "train/{cat,dog}/1.jpg test/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "training_set/{cat,dog}/1.jpg test_set/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "Train~Data/{cat,dog}/1.jpg hold-out/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "pets_train/{cat,dog}/1.jpg pets_test/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "train/images/{cat,dog}/1.jpg test/images/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "train/pets/{cat,dog}/1.jpg test/pets/{cat,dog}/2.jpg": (TRAIN_TEST, ""),
    "dataset/train/{cat,dog}/1.jpg dataset/test/{cat,dog}/2.jpg": (TRAIN_TEST, "all images lie below dataset"),
    "images/{cat,dog}/1.jpg annotations/1.xml": (CLASSES, "all images lie below images"),
    "a/b/c/{cat,dog}/1.jpg": (CLASSES, "all images lie below a/b/c"),
    "images/{cat,dog}/1.jpg masks/{cat,dog}/1.png": (CLASSES, "masks is no class: 2 images left out"),
    "images/{cat,dog}/1.jpg attributes/1.txt": (CLASSES, "all images lie below images"),
    "{cat,dog,results}/1.jpg": ({**CLASSES, "results": "1"}, "results is read as a class; move away"),
    "train/images/{cat,dog}/1.jpg train/labels/3.png test/{cat,dog}/2.jpg": (
        TRAIN_TEST,
        "1 image in train, but not in",
    ),
    "labeled/{cat,dog}/1.jpg unlabeled/3.jpg": (CLASSES, "unlabeled is no class: 1 image left out"),
    "{class_1,class_2}/1.jpg": ({"class_1": "1", "class_2": "1"}, ""),
    "{valid,invalid}/1.jpg": ({"invalid": "1", "valid": "1"}, "valid is read as a class"),
    "{en,te}/1.jpg": ({"en": "1", "te": "1"}, "te is read as a class"),
    "{cat,dog}/train/1.jpg {cat,dog}/test/2.jpg": (TRAIN_TEST, "splits the folders in each"),
    "{cat,dog}/train/images/1.jpg {cat,dog}/test/images/2.jpg": (TRAIN_TEST, "splits the folders in each"),
    "train/{cat,dog}/1.jpg test/5.jpg": ({"train/cat": "1", "train/dog": "1"}, "its images .1. have no labels"),
    "train/{cat,dog}/1.jpg test/unknown/5.jpg": ({"train/cat": "1", "train/dog": "1"}, "test.* no labels"),
    "train/{cat,dog}/1.jpg test/test/5.jpg": ({"train/cat": "1", "train/dog": "1"}, "test/test .* no labels"),
    "train/{cat,dog}/1.jpg pred/5.jpg": ({"train/cat": "1", "train/dog": "1"}, "pred is not the name of a split"),
    "{cat,dog}/{train_1,test_2}.jpg": (
        {"cat": "test_2 train_1", "dog": "test_2 train_1"},
        r"names of files begin with splits \(test, train\): not read",
    ),
    "{bus,car,train}/1.jpg": ({"bus": "1", "car": "1", "train": "1"}, "train is read as a class"),
    "animal/{cat,dog}/1.jpg toy/1.jpg": ({"animal": "1 1", "toy": "1"}, r"folders in them \(cat, dog\) are not cl"),
    "{cat,dog}/1.jpg cat/@eaDir/1.jpg/t.jpg dog/lost+found/t.jpg": (CLASSES, "left out: .*@eaDir.*lost\\+found"),
    "{cat,dog}/1.jpg {.git,.ipynb_checkpoints,cat/.thumbnails}/t.jpg": (CLASSES, ""),
    "{cat,dog}/1.jpg {__MACOSX,$RECYCLE.BIN,#recycle}/t.jpg cat/Thumbs.db": (CLASSES, "folders named #recycle"),
    "{cat,dog}/1.jpg cat/1~(conflicted~copy~2024-01-01).jpg": (CLASSES, "second versions that a cloud made"),
    "{cat,dog}/1.jpg workspace/{runs,features,reports}/cat/t.jpg": (CLASSES, "workspace, which Errata writes"),
    "{cat,dog}/1.jpg cat/{a,b}.cr2 dog/c.nef dog/d": (CLASSES, "not read as images: 2 .cr2, 1 .nef, 1 without"),
    "cat/{1.jfif,2.jpe,3.avif,4.ppm,5.jp2,6.TGA} dog/7.pgm": ({"cat": "1 2 3 4 5 6", "dog": "7"}, ""),
}


@pytest.mark.parametrize("files", READ)
def test_layouts_that_are_read(tmp_path: Path, files: str) -> None:
    draw(tmp_path, files)
    reading, said = READ[files]
    found, notices = read(tmp_path)
    assert found == reading
    assert re.search(said, notices) if said else not notices


REFUSED = {  # files -> the sentence
    "train/1.jpg test/{cat,dog}/2.jpg": "train has 1 image but no class folders",
    "{cat,dog}/1.jpg test/5.jpg": "test has 1 image but no class folders, and lies beside cat, dog; rename it",
    "cat/train/1.jpg cat/test/2.jpg dog/1.jpg": "cat has split folders, but .*dog has none",
    "{amazon,dslr}/train/{cat,dog}/1.jpg": "splits of their own .* give one of them: .*amazon",
    "set/train/{cat,dog}/1.jpg sample/1.jpg": "splits of their own .set.*give one of them: .*set",
    "{color,grayscale}/{cat,dog}/1.jpg": "hold the same folders .* give the one to audit: .*color",
    "images/{cat,dog}/1.jpg snaps/{cat,dog}/1.jpg": "read in two ways: images holds folders .* as .*images",
    "{images,data}/1.jpg": "has images but no class folders",
    "HAM_part_{1,2}/1.jpg": "has images but no class folders",
    "train/{cat,dog}/1.jpg cow/1.jpg": "cow with 1 image, which is the name of no split",
    "train/{train,val}/{cat,dog}/1.jpg test/2.jpg": "holds split folders again",
    "{train,test}/{cat,dog}/1.jpg cat/1.jpg": "cat lies beside split folders and has the name of a class",
    "{test,testing}/{cat,dog}/1.jpg": "two folders for test, test and testing; keep one",
    "{1,2,3}.jpg x/{a,b}/4.jpg": "3 images outside its class folders and 2 in them",
    "cat/1.jpg dog/{1,2}.cr2": "class folder .*dog has no image, only 2 .cr2",
    "cat/1.jpg dog/notes.txt": "class folder .*dog has no image, only 1 .txt",
    "{a,b}.cr2": "no image in .* .not read: 2 .cr2",
    "{runs,features,reports}/1.jpg": "is a folder that Errata writes",
}


@pytest.mark.parametrize("files", REFUSED)
def test_layouts_that_are_refused(tmp_path: Path, files: str) -> None:
    draw(tmp_path, files)
    with pytest.raises(ErrataError, match=REFUSED[files]):
        read_folder(tmp_path)


def test_photographs_of_phones_where_nothing_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.datasets.folders.tree.image_suffixes", lambda: SUFFIXES)
    draw(tmp_path, "cat/1.jpg dog/{1,2}.heic")
    with pytest.raises(ErrataError, match=r"dog has no image, only 2 \.heic; install pillow-heif"):
        read_folder(tmp_path)


LABELS = ["cat", "dog"]


def table(names: Sequence[str], header: str = "filepath,label", ends: Sequence[str] = LABELS) -> str:
    return "\n".join([header, *(f"{name},{end}" for name, end in zip(names, ends, strict=True))])


BESIDE = {  # files, name -> text -> reading
    "images/{1,2}.jpg": ({"labels.csv": table(["1.jpg", "2.jpg"])}, {"cat": "1", "dog": "2"}),
    "images/{3,4}.jpg": ({"labels.csv": table("34", "id,breed")}, {"cat": "3", "dog": "4"}),
    "{1,2}.png": ({"metadata.csv": table(["1.png", "2.png"], "file_name,label")}, {"cat": "1", "dog": "2"}),
    "images/{1,2,3,4}.jpg": (
        {"train.csv": table(["images/1.jpg", "images/2.jpg"]), "test.csv": table(["images/3.jpg", "images/4.jpg"])},
        {"test/cat": "3", "test/dog": "4", "train/cat": "1", "train/dog": "2"},
    ),
    "{train,test}/{1,2}.png": (
        {
            "train/metadata.jsonl": '{"file_name": "1.png", "label": "cat"}\n{"file_name": "2.png", "label": "dog"}',
            "test/metadata.jsonl": '{"file_name": "1.png", "label": "dog"}\n{"file_name": "2.png", "label": "cat"}',
        },
        {"test/cat": "2", "test/dog": "1", "train/cat": "1", "train/dog": "2"},
    ),
    "{train,test}/{1,2}.jpg": (
        {"train.csv": table("12", "id,label"), "test.csv": "id\n1\n2\n", "sample_submission.csv": table("12")},
        {"train/cat": "1", "train/dog": "2"},
    ),
    "{train,valid}/{1,2}.jpg": (
        {f"{split}/_classes.csv": "filename, cat, dog\n1.jpg, 1, 0\n2.jpg, 0, 1\n" for split in ("train", "valid")},
        {"train/cat": "1", "train/dog": "2", "val/cat": "1", "val/dog": "2"},
    ),
    "data/{1,2}.jpg": (
        {"labels.json": '{"classes": ["cat", "dog"], "labels": {"1": 0, "2": 1}}'},
        {"cat": "1", "dog": "2"},
    ),
    "pictures/{1,2}.jpg": (
        {
            "annotations.json": '{"images": [{"id": 7, "file_name": "1.jpg"}, {"id": 8, "file_name": "2.jpg"}], '
            '"annotations": [{"image_id": 8, "category_id": 1}, {"image_id": 7, "category_id": 2}], '
            '"categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}]}'
        },
        {"cat": "1", "dog": "2"},
    ),
    "data/{5,6}.jpg": (
        {"train.txt": "data/5.jpg 0\ndata/6.jpg 1\n", "class_names.txt": "cat\ndog\n"},
        {"train/cat": "5", "train/dog": "6"},
    ),
    "train/{0,1}/1.jpg": ({"class_names.txt": "cat\ndog\n"}, {"train/cat": "1", "train/dog": "1"}),
    "images/{cat,dog}/{1,2}.jpg": (  # Food-101
        {"meta/train.txt": "cat/1\ndog/1\n", "meta/test.txt": "cat/2\ndog/2\n", "meta/classes.txt": "cat\ndog\n"},
        TRAIN_TEST,
    ),
    "{cat,dog}/{1,2}.jpg": ({"testing_list.txt": "cat/2.jpg\ndog/2.jpg\n"}, TRAIN_TEST),  # Speech Commands
    "images/{1,2,3,4}.png": (
        {
            "labels.csv": table(["1.png", "2.png", "3.png", "4.png"], ends=["cat", "dog", "cat", "dog"]),
            "train.txt": "1.png\n2.png\n",
            "test.txt": "3.png\n4.png\n",
        },
        {"test/cat": "3", "test/dog": "4", "train/cat": "1", "train/dog": "2"},
    ),
    "{cat,dog}/{1,2}.gif": (  # labels of the test images are those of their folders
        {"train.csv": table(["cat/1.gif", "dog/1.gif"]), "test.csv": "path\ncat/2.gif\ndog/2.gif\n"},
        TRAIN_TEST,
    ),
    "images/{cat,dog}/1.jpg": ({"train_test_split.txt": "1 0\n2 1\n"}, CLASSES),  # as of CUB-200, not understood
    "{cat,dog}/{1,2}.png": (
        {"labels.csv": "path,label,split\ncat/1.png,cat,train\ndog/2.png,cat,test\n"},
        {"test/cat": "2", "train/cat": "1"},
    ),
    "train/{cat,dog}/1.jpg test/{cat,dog}/2.jpg": (
        {"labels.csv": table(["train/cat/1.jpg"], ends=["dog"])},
        TRAIN_TEST,
    ),
    "train/{cat,dog}/1.jpg test/2.jpg": (
        {"test.csv": table(["2.jpg"], ends=["dog"])},
        {"test/dog": "2", "train/cat": "1", "train/dog": "1"},
    ),
}


@pytest.mark.parametrize("files", BESIDE)
def test_tables_beside_images(tmp_path: Path, files: str) -> None:
    draw(tmp_path, files)
    tables, reading = BESIDE[files]
    for name, text in tables.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found, notices = read(tmp_path)
    assert found == reading
    assert any(Path(name).name in notices for name in tables)


def test_tables_that_leave_a_choice(tmp_path: Path) -> None:
    draw(tmp_path, "images/{1,2}.jpg")
    for name in ("labels.csv", "metadata.csv"):
        (tmp_path / name).write_text(table(["1.jpg", "2.jpg"]))
    with pytest.raises(ErrataError, match=r"several tables of labels: labels.csv, metadata.csv; give the path"):
        read_folder(tmp_path)


def test_a_class_where_errata_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(tmp_path, "{kitchen,workspace}/1.jpg")
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "workspace"))
    with pytest.raises(ErrataError, match="workspace holds images, but Errata writes there too; set"):
        read_folder(tmp_path)


def test_a_table_above_the_folder_is_named(tmp_path: Path) -> None:
    draw(tmp_path, "train/{1,2}.jpg")
    (tmp_path / "train.csv").write_text(table(["train/1.jpg", "train/2.jpg"]))
    with pytest.raises(ErrataError, match=r"or give .*, which has train\.csv"):
        read_folder(tmp_path / "train")


def test_an_image_on_two_lists(tmp_path: Path) -> None:
    draw(tmp_path, "{cat,dog}/{1,2}.jpg")
    for split in ("train", "test"):
        (tmp_path / f"{split}.txt").write_text("cat/1.jpg\n")
    with pytest.raises(ErrataError, match=r"cat/1\.jpg is on the lists of"):
        read_folder(tmp_path)
