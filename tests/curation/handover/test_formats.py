"""The files beside the images of an export."""

import csv
from pathlib import Path

import pytest
import yaml

from curation.handover.exported import Exported, Item
from curation.handover.formats import write_label_csv
from curation.handover.huggingface import check_huggingface, write_card
from models.errors import ErrataError


def item(target: str, split: str, label: str) -> Item:
    return Item(f"from/{target}", target, "0" * 64, split, "sea", label, (label,), "", ())


def exported(*items: Item, classes: tuple[str, ...] = ("sea", "ice"), title: str = "Pictures") -> Exported:
    return Exported("pictures", "v1", "1" * 64, classes, list(items), {"title": title, "licence": "CC0\n1.0"})


def test_classes_that_a_split_lacks() -> None:
    version = exported(item("train/sea/0.png", "train", "sea"), item("test/ice/0.png", "test", "ice"))
    assert version.missing() == {"test": ["sea"], "train": ["ice"]}
    assert exported().missing() == {}


def test_commas_quotes_and_line_ends_in_names(tmp_path: Path) -> None:
    name = 'a, "b"\nc'
    write_label_csv(tmp_path, exported(item("images/x.png", "train", name)))
    with (tmp_path / "labels.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["label"], line["filepath"], line["image_id"]) == (name, "images/x.png", "from/images/x.png")


def test_the_card_is_yaml_whatever_the_title(tmp_path: Path) -> None:
    title = "---\nconfigs: evil: [é"
    places = [item(f"{folder}/sea/0.png", "train", "sea") for folder in ("validation", "train")]
    write_card(tmp_path, exported(*places, title=title))
    front_matter, text = _parts(tmp_path)
    card = yaml.safe_load(front_matter)
    assert card["pretty_name"] == title
    assert [files["split"] for files in card["configs"][0]["data_files"]] == ["train", "validation"]
    assert "Licence of the images: CC0 1.0." in text


def _parts(folder: Path) -> tuple[str, str]:
    text = (folder / "README.md").read_text()
    end = text.index("\n---\n", 4)
    return text[4:end], text[end + 5 :]


@pytest.mark.parametrize("name", ["test", "val", "my-train", "street test 2", "dev_", "evaluation"])
def test_classes_that_look_like_splits(name: str) -> None:
    with pytest.raises(ErrataError, match="for a split; export it as csv or imagefolder"):
        check_huggingface(exported(classes=("sea", name)))


@pytest.mark.parametrize("name", ["latest", "trains", "valley", "devil", "contest"])
def test_classes_that_only_contain_the_word(name: str) -> None:
    check_huggingface(exported(classes=("sea", name)))
