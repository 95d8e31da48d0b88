"""Torchvision's own data sets: files of each as its publisher lays them out, written small by hand, nothing fetched."""

import csv
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation.datasets.packed.torchvision_sets import read_torchvision
from models.errors import ErrataError

Labels = dict[str, list[str]]  # split -> labels, sorted


def picture(path: Path, value: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (value, 90, 160)).save(path)


def text(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def idx(folder: Path, start: str, labels: list[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    values = np.arange(len(labels) * 64, dtype=np.uint8).tobytes()
    (folder / f"{start}-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, len(labels), 8, 8) + values)
    (folder / f"{start}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + bytes(labels))


def digits(name: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        idx(root / name / "raw", "train", [0, 1])
        idx(root / name / "raw", "t10k", [1, 1])

    return write


def emnist(root: Path) -> None:
    idx(root / "EMNIST/raw", "emnist-letters-train", [1, 2])
    idx(root / "EMNIST/raw", "emnist-letters-test", [2])


def eurosat(root: Path) -> None:
    for name in ("Forest", "River"):
        picture(root / "eurosat/2750" / name / f"{name}_1.jpg")


def country(root: Path) -> None:
    for split in ("train", "valid", "test"):
        picture(root / "country211" / split / "AD" / "1.jpg")
        picture(root / "country211" / split / "ZW" / "1.jpg")


def food(root: Path) -> None:
    for split, number in (("train", 1), ("test", 2)):
        for name in ("apple_pie", "pho"):
            picture(root / "food-101/images" / name / f"{number}.jpg")
        text(
            root / f"food-101/meta/{split}.json",
            json.dumps({"apple_pie": [f"apple_pie/{number}"], "pho": [f"pho/{number}"]}),
        )


def pets(root: Path) -> None:
    for split, number in (("trainval", 1), ("test", 2)):
        for name in ("Bengal", "great_dane"):
            picture(root / "oxford-iiit-pet/images" / f"{name}_{number}.jpg")
        text(root / f"oxford-iiit-pet/annotations/{split}.txt", f"Bengal_{number} 1 1 1\ngreat_dane_{number} 2 2 1\n")


def textures(root: Path) -> None:
    for number, split in enumerate(("train", "val", "test")):
        for name in ("banded", "dotted"):
            picture(root / "dtd/dtd/images" / name / f"{name}_{number}.jpg")
        text(root / f"dtd/dtd/labels/{split}1.txt", f"banded/banded_{number}.jpg\ndotted/dotted_{number}.jpg\n")


def aircraft(root: Path) -> None:
    data = root / "fgvc-aircraft-2013b/data"
    text(data / "variants.txt", "707-320\nF/A-18\n")
    for number, split in enumerate(("train", "val", "test")):
        for plane in (1, 2):
            picture(data / "images" / f"{number}{plane}.jpg")
        text(data / f"images_variant_{split}.txt", f"{number}1 707-320\n{number}2 F/A-18\n")


def signs(root: Path) -> None:
    for number in (0, 1):
        picture(root / f"gtsrb/GTSRB/Training/{number:05d}/1.ppm")
        picture(root / f"gtsrb/GTSRB/Final_Test/Images/{number:05d}.ppm")
    with (root / "gtsrb/GT-final_test.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["Filename", "ClassId"], ["00000.ppm", 0], ["00001.ppm", 1]])


def imagenette(root: Path) -> None:
    for split in ("train", "val"):
        picture(root / "imagenette2" / split / "n01440764" / "1.jpeg")


SETS: dict[str, tuple[Callable[[Path], None], Labels]] = {
    "MNIST": (digits("MNIST"), {"train": ["0 - zero", "1 - one"], "test": ["1 - one", "1 - one"]}),
    "KMNIST": (digits("KMNIST"), {"train": ["o", "ki"], "test": ["ki", "ki"]}),
    "FashionMNIST": (
        digits("FashionMNIST"),
        {"train": ["T-shirt-top", "Trouser"], "test": ["Trouser", "Trouser"]},
    ),
    "EMNIST-letters": (emnist, {"train": ["a", "b"], "test": ["b"]}),
    "EuroSAT": (eurosat, {"": ["Forest", "River"]}),
    "Country211": (country, {split: ["AD", "ZW"] for split in ("train", "val", "test")}),
    "Food101": (food, {split: ["apple_pie", "pho"] for split in ("train", "test")}),
    "OxfordIIITPet": (pets, {split: ["Bengal", "Great Dane"] for split in ("train", "test")}),
    "DTD": (textures, {split: ["banded", "dotted"] for split in ("train", "val", "test")}),
    "FGVCAircraft": (aircraft, {split: ["707-320", "F-A-18"] for split in ("train", "val", "test")}),
    "GTSRB": (signs, {"train": ["0", "1"], "test": ["0", "1"]}),
    "Imagenette": (imagenette, {split: ["tench-Tinca tinca"] for split in ("train", "val")}),
}


@pytest.mark.parametrize("name", SETS)
def test_the_files_of_each_are_read(name: str, tmp_path: Path) -> None:
    write, expected = SETS[name]
    write(tmp_path)
    read: Labels = {}
    for image in read_torchvision(name, tmp_path).images:
        read.setdefault(image.split, []).append(image.label)
        assert image.content.startswith(b"\x89PNG")
    assert read == expected


@pytest.mark.parametrize(
    "name", ["CIFAR10", "CIFAR100", "SVHN", "STL10", "Flowers102", "USPS", "SEMEION", "MNIST", "DTD"]
)
def test_files_that_are_not_there_are_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=f"does not hold torchvision's {name} .*download it there"):
        read_torchvision(name, tmp_path)


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was opened",)


def test_a_pickle_that_is_not_that_of_cifar_is_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in ("batches.meta", "test_batch", *(f"data_batch_{n}" for n in range(1, 6))):
        (folder / name).write_bytes(pickle.dumps(_Runs()))
    with pytest.raises(ErrataError, match="does not hold torchvision's CIFAR10"):
        read_torchvision("CIFAR10", tmp_path)


def test_an_image_that_is_gone(tmp_path: Path) -> None:
    pets(tmp_path)
    (tmp_path / "oxford-iiit-pet/images/Bengal_1.jpg").unlink()
    with pytest.raises(ErrataError, match=r"cannot read image 0 of OxfordIIITPet \(.*No such file"):
        list(read_torchvision("OxfordIIITPet", tmp_path).images)


def test_classes_that_torchvision_would_number_otherwise_are_refused(tmp_path: Path) -> None:
    signs(tmp_path)
    (tmp_path / "gtsrb/GTSRB/Training/00001").rename(tmp_path / "gtsrb/GTSRB/Training/00014")
    pets(tmp_path)
    text(tmp_path / "oxford-iiit-pet/annotations/test.txt", "Bengal_2 1 1 1\ngreat_dane_2 3 2 1\n")
    for name in ("GTSRB", "OxfordIIITPet"):
        with pytest.raises(ErrataError, match=f"only some classes of torchvision's {name}"):
            read_torchvision(name, tmp_path)
