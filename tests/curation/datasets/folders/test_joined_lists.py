"""Lists without headers, joined by names and numbers of images: as known data sets come, and as they are refused."""

from pathlib import Path

import pytest

from curation.datasets.folders.image_folder import read_folder
from models.errors import ErrataError

BIRDS = {
    "images.txt": "1 001.Gull/b_1.jpg\n2 001.Gull/b_2.jpg\n3 002.Wren/w_1.jpg\n4 002.Wren/w_2.jpg\n",
    "image_class_labels.txt": "1 1\n2 1\n3 2\n4 2\n",
    "train_test_split.txt": "1 1\n2 0\n3 0\n4 1\n",
    "classes.txt": "1 001.Gull\n2 002.Wren\n",
    "bounding_boxes.txt": "1 60.0 27.0 325.0 304.0\n2 1.0 2.0 3.0 4.0\n3 1.0 2.0 3.0 4.0\n4 5.0 5.0 5.0 5.0\n",
}
KINDS = {"Bengal": "1 1 1", "pug": "2 2 1", "old_cat": "3 1 2"}  # number of the class, kind of animal, number in it
PETS = {
    "annotations/list.txt": "#Image CLASS-ID SPECIES RAW BREED ID\n#ID: 1:37 Class ids\n"
    + "".join(f"{name}_{n} {numbers}\n" for name, numbers in KINDS.items() for n in range(4)),
    "annotations/trainval.txt": "".join(f"{name}_{n} {numbers}\n" for name, numbers in KINDS.items() for n in (0, 1)),
    "annotations/test.txt": "".join(f"{name}_{n} {numbers}\n" for name, numbers in KINDS.items() for n in (2, 3)),
    "annotations/README": "OVERVIEW",
}


def lay_out(root: Path, images: str, files: dict[str, str]) -> Path:
    for name in images.split():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def read(root: Path) -> tuple[dict[str, str], str]:
    notices: list[str] = []
    entries = read_folder(root, notices)
    return {Path(each.image_id).name: f"{each.split}/{each.label}" for each in entries}, "; ".join(notices)


GULLS = {
    "b_1.jpg": "train/001.Gull",
    "b_2.jpg": "test/001.Gull",
    "w_1.jpg": "test/002.Wren",
    "w_2.jpg": "train/002.Wren",
}


def test_cub_with_its_class_folders(tmp_path: Path) -> None:
    images = "images/001.Gull/b_1.jpg images/001.Gull/b_2.jpg images/002.Wren/w_1.jpg images/002.Wren/w_2.jpg"
    entries, said = read(lay_out(tmp_path, images, BIRDS))
    assert entries == GULLS
    assert "splits are read from" in said
    assert "train_test_split.txt" in said


def test_the_same_lists_without_class_folders_and_as_csv(tmp_path: Path) -> None:
    files = {name: text.replace("001.Gull/b", "b").replace("002.Wren/w", "w") for name, text in BIRDS.items()}
    files["is_train.csv"] = files.pop("train_test_split.txt").replace(" ", ",")
    entries, said = read(lay_out(tmp_path, "images/b_1.jpg images/b_2.jpg images/w_1.jpg images/w_2.jpg", files))
    assert entries == GULLS
    assert "labels and splits are read from image_class_labels.txt, is_train.csv" in said


def test_pets(tmp_path: Path) -> None:
    names = [f"{name}_{n}" for name in KINDS for n in range(4)]
    images = " ".join(f"images/{name}.jpg annotations/trimaps/{name}.png" for name in names)
    entries, said = read(lay_out(tmp_path, f"{images} images/Bengal_7.jpg", PETS))
    assert entries == {f"{name}_{n}.jpg": f"{'train' if n < 2 else 'test'}/{name}" for name in KINDS for n in range(4)}
    assert "the names of the classes are those of their files: 1 is Bengal" in said
    assert "1 image in no list: left out" in said


def test_lists_that_disagree_are_refused(tmp_path: Path) -> None:
    files = {**PETS, "annotations/test.txt": PETS["annotations/test.txt"] + "Bengal_0 1 1 1\n"}
    images = " ".join(f"images/{name}_{n}.jpg" for name in KINDS for n in range(4))
    with pytest.raises(ErrataError, match=r"Bengal_0.jpg has the split test in test.txt, but train in .*trainval.txt"):
        read(lay_out(tmp_path, images, files))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"labels.txt": "a.jpg 0\nb.jpg 1\nc.jpg 0\nd.jpg 1\n"},
         {"a.jpg": "/0", "b.jpg": "/1", "c.jpg": "/0", "d.jpg": "/1"}),
        ({"train.txt": "a cat\nb dog\n", "val.txt": "c cat\nd dog\n"},
         {"a.jpg": "train/cat", "b.jpg": "train/dog", "c.jpg": "val/cat", "d.jpg": "val/dog"}),
        ({"train_labels.txt": "a\tcat dog\nb\tsea\n", "test_labels.txt": "c\tcat dog\nd\tsea\n"},
         {"a.jpg": "train/cat dog", "b.jpg": "train/sea", "c.jpg": "test/cat dog", "d.jpg": "test/sea"}),
    ],
    ids=["numbers", "without suffix", "tabs"],
)  # fmt: skip
def test_lists_of_names(tmp_path: Path, files: dict[str, str], expected: dict[str, str]) -> None:
    assert read(lay_out(tmp_path, "images/a.jpg images/b.jpg images/c.jpg images/d.jpg", files))[0] == expected
