"""Image folders: the layouts that are understood, and all that is refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.datasets.entries import Entry
from curation.datasets.folders.image_folder import read_folder
from models.errors import ErrataError

Plant = Callable[..., None]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Make empty image files: names and labels are read, images are not opened."""

    def make(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()

    return make


def test_split_and_class_folders(tmp_path: Path, plant: Plant) -> None:
    plant("train/cat/1.jpg", "train/dog/1.jpg", "test/cat/9.png")
    assert sorted(read_folder(tmp_path)) == [
        Entry("test/cat/9.png", "cat", "test"),
        Entry("train/cat/1.jpg", "cat", "train"),
        Entry("train/dog/1.jpg", "dog", "train"),
    ]


@pytest.mark.parametrize(
    ("folder", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("val", "val"),
        ("VALID", "val"),
        ("validation", "val"),
        ("test", "test"),
        ("testing", "test"),
        ("seg_train/seg_train", "train"),
        ("seg_test/seg_test", "test"),
        ("train/train", "train"),
    ],
)
def test_names_of_split_folders(tmp_path: Path, plant: Plant, folder: str, split: str) -> None:
    plant(f"{folder}/cat/1.jpg", f"{folder}/dog/1.jpg")
    assert read_folder(tmp_path) == [
        Entry(f"{folder}/cat/1.jpg", "cat", split),
        Entry(f"{folder}/dog/1.jpg", "dog", split),
    ]


def test_the_archive_of_the_intel_set(tmp_path: Path, plant: Plant) -> None:
    plant("seg_train/seg_train/sea/1.jpg", "seg_test/seg_test/sea/2.jpg", "seg_pred/seg_pred/3.jpg")
    assert [entry.split for entry in read_folder(tmp_path)] == ["test", "train"]


def test_class_folders_alone_leave_the_split_open(tmp_path: Path, plant: Plant) -> None:
    plant("cat/1.jpg", "dog/1.jpg")
    assert read_folder(tmp_path) == [Entry("cat/1.jpg", "cat", ""), Entry("dog/1.jpg", "dog", "")]


def test_train_may_be_the_name_of_a_class(tmp_path: Path, plant: Plant) -> None:
    plant("bus/1.jpg", "car/1.jpg", "train/1.jpg")
    assert [entry.label for entry in read_folder(tmp_path)] == ["bus", "car", "train"]


def test_suffixes_depth_and_hidden_files(tmp_path: Path, plant: Plant) -> None:
    suffixes = ["jpg", "JPEG", "Png", "bmp", "gif", "webp", "tif", "TIFF"]
    plant(*(f"cat/{i}.{suffix}" for i, suffix in enumerate(suffixes)), "dog/a b/ü/深/1.jpg")
    plant("cat/notes.txt", "cat/.hidden.jpg", "cat/._1.jpg", ".cache/x/1.jpg", "__MACOSX/cat/1.jpg", "cat/jpg")
    entries = read_folder(tmp_path)
    assert [entry.image_id for entry in entries if entry.label == "dog"] == ["dog/a b/ü/深/1.jpg"]
    assert len([entry for entry in entries if entry.label == "cat"]) == len(suffixes) + 1  # a file named `jpg`


def test_a_table_stands_in_for_the_class_folders_of_its_split(tmp_path: Path, plant: Plant) -> None:
    plant("train/1.jpg", "train/2.jpg", "train/unlisted.jpg", "test/cat/1.jpg", "test/dog/1.jpg")
    table = "filepath,label,clean_label\ntrain/1.jpg,cat,dog\ntrain/2.jpg,dog,dog\n"
    (tmp_path / "train_labels.csv").write_text(table)
    assert sorted(read_folder(tmp_path)) == [
        Entry("test/cat/1.jpg", "cat", "test"),
        Entry("test/dog/1.jpg", "dog", "test"),
        Entry("train/1.jpg", "cat", "train"),
        Entry("train/2.jpg", "dog", "train"),
    ]


def test_a_class_may_be_missing_from_one_split(tmp_path: Path, plant: Plant) -> None:
    plant("train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg")
    (tmp_path / "test/dog").mkdir()
    assert len(read_folder(tmp_path)) == 3


def test_loops_end_and_links_to_folders_are_not_followed(tmp_path: Path, plant: Plant) -> None:
    plant("set/cat/1.jpg", "set/dog/1.jpg", "elsewhere/2.jpg")
    root = tmp_path / "set"
    (root / "cat/loop").symlink_to(root)
    (root / "loop").symlink_to(root)
    (root / "dog/itself").symlink_to(root / "dog/itself")
    (root / "dog/out").symlink_to(tmp_path / "elsewhere")
    notices: list[str] = []
    assert [entry.image_id for entry in read_folder(root, notices)] == ["cat/1.jpg", "dog/1.jpg"]
    assert notices == [
        "left out: links to folders, which are not followed (3)",
        "not read as images: 1 without suffix",  # the link to itself
    ]


def test_links_to_images(tmp_path: Path, plant: Plant) -> None:
    plant("set/cat/1.jpg", "set/dog/1.jpg", "secret.jpg")
    root = tmp_path / "set"
    (root / "dog/2.jpg").symlink_to(root / "cat/1.jpg")
    assert len(read_folder(root)) == 3
    (root / "dog/3.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(ErrataError, match=r"dog/3\.jpg is a link out of .*/set; copy the image itself"):
        read_folder(root)


def test_the_root_itself_may_be_a_link(tmp_path: Path, plant: Plant) -> None:
    plant("real/cat/1.jpg", "real/dog/1.jpg")
    (tmp_path / "real/cat/2.jpg").symlink_to("1.jpg")
    (tmp_path / "link").symlink_to("real")
    assert len(read_folder(tmp_path / "link")) == 3


def test_images_outside_the_class_folders_are_said(tmp_path: Path, plant: Plant) -> None:
    plant("train/cat/1.jpg", "train/dog/1.jpg", "train/preview.jpg")
    notices: list[str] = []
    assert len(read_folder(tmp_path, notices)) == 2
    assert notices == ["1 image in train outside the class folders: left out"]


@pytest.mark.parametrize(
    ("files", "folders", "sentence"),
    [
        (["train/1.jpg"], [], r"train has images but no class folders; .*train_labels\.csv"),
        (["train/1.jpg", "test/1.jpg"], [], "has images but no class folders"),
        (["1.jpg", "2.jpg"], [], "has images but no class folders"),
        (["train/cat/1.jpg"], ["train/dog"], "class folder .*/train/dog has no image; put images .*jpg.* or remove"),
        (["cat/1.jpg"], ["dog"], "class folder .*/dog has no image"),
        (["train/cat/1.jpg", "Training/cat/1.jpg"], [], "two folders for train, .*; keep one"),
        (["train/cat/1.jpg", "later/cat/1.jpg"], [], "later has class folders but not the name of a split; rename"),
    ],
)
def test_bad_folders(tmp_path: Path, plant: Plant, files: list[str], folders: list[str], sentence: str) -> None:
    plant(*files)
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(ErrataError, match=sentence):
        read_folder(tmp_path)


def test_no_permission(tmp_path: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant("cat/1.jpg", "dog/1.jpg")
    real = os.scandir

    def refuse(path: Path) -> object:  # tests may run as root, whom no mode stops
        if Path(path).name == "dog":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ErrataError, match=r"cannot read the folder .*/dog: Permission denied; check its permissions"):
        read_folder(tmp_path)
