"""The formats of exports: where the images lie, and the files beside them for the program that reads them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from curation.database import names
from curation.handover.tree import safe_name
from models.errors import ErrataError
from models.files.atomic import write_json, write_text
from models.files.tables import write_csv

# The datasets library takes a folder for a split where one of these words stands alone in its name (data_files.py).
_SPLIT_WORD = re.compile(
    r"(^|[-._ 0-9])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)([-._ 0-9]|$)"
)


@dataclass(frozen=True)
class Item:
    """One image of an export."""

    image_id: str
    target: str  # POSIX path in the export
    sha256: str
    split: str
    given: str  # class name, as given
    label: str  # class name, as curated
    labels: tuple[str, ...]  # more than one for an ambiguous or multi-label image
    decision: str
    reviewers: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """The content of an export."""

    name: str  # of the data set
    version: str
    sha256: str  # of the version
    classes: tuple[str, ...]
    items: list[Item]
    about: dict[str, str]  # title, licence

    def missing(self) -> dict[str, list[str]]:
        """Return split -> classes without an image in it: programs that number its class folders miss them."""
        present = {(item.split, item.label) for item in self.items}
        splits = sorted({item.split for item in self.items})
        return {
            split: missing
            for split in splits
            if (missing := [name for name in self.classes if (split, name) not in present])
        }


def write_label_csv(folder: Path, exported: Exported) -> None:
    """Write labels.csv, which Errata reads too; several classes of an image are joined by `|` in `labels`."""
    head = ("filepath", "label", "split", "labels", "image_id", "given_label", "decision", "sha256")
    rows = (
        (item.target, item.label, item.split, item.labels, item.image_id, item.given, item.decision, item.sha256)
        for item in exported.items
    )
    write_csv(folder / "labels.csv", head, rows)


def write_samples(folder: Path, exported: Exported) -> None:
    """Write samples.json and metadata.json, which FiftyOne reads as `fo.types.LegacyFiftyOneDataset`.

    People can read and write that form; each `data/SPLIT` is an ImageClassificationDirectoryTree too.
    """
    samples = []
    for item in exported.items:
        sample = {
            "filepath": item.target,
            "tags": [item.split],
            names.SPLIT: item.split,
            names.IMAGE_ID: item.image_id,
            names.GIVEN: {"_cls": "Classification", "label": item.given},
            names.CURATED: {"_cls": "Classification", "label": item.label},
            "labels": list(item.labels),
            "sha256": item.sha256,
        }
        if item.decision:
            sample |= {names.DECISION: item.decision, "reviewers": list(item.reviewers)}
        samples.append(sample)
    info = {"version": exported.version, "split_sha256": exported.sha256, "errata_classes": list(exported.classes)}
    metadata = {
        "name": exported.name,
        "media_type": "image",
        "num_samples": len(samples),
        "info": {**info, **exported.about},
    }
    write_json(folder / "metadata.json", metadata)
    write_json(folder / "samples.json", {"samples": samples})


def write_card(folder: Path, exported: Exported) -> None:
    """Write README.md, the card that tells the datasets library the folders of the splits."""
    folders = sorted({item.target.split("/")[0] for item in exported.items}, key=("train", "validation", "test").index)
    data_files = [{"split": split, "path": f"{split}/**"} for split in folders]
    card = {
        "pretty_name": exported.about["title"],
        "configs": [{"config_name": "default", "data_files": data_files}],
    }
    front_matter = yaml.safe_dump(card, allow_unicode=True, sort_keys=False)
    lines = (
        f"Version `{exported.version}` of `{exported.name}`, curated with Errata; content hash `{exported.sha256}`.",
        f"Licence of the images: {' '.join(exported.about['licence'].split()) or 'not known'}.",
        "`manifest.json` holds the hash of every file.",
    )
    text = "\n".join(lines)
    write_text(folder / "README.md", f"---\n{front_matter}---\n\n{text}\n")


def check_huggingface(exported: Exported) -> None:
    """Raise if the datasets library would take a class folder for a split.

    Raises:
        ErrataError: with the name of the class.
    """
    for name in exported.classes:
        if _SPLIT_WORD.search(safe_name(name)):
            raise ErrataError(
                f"the datasets library would take the class {name!r} for a split; export it as csv or imagefolder"
            )


@dataclass(frozen=True)
class ExportFormat:
    """Where the images of a format lie, and what else it needs."""

    summary: str  # for people who choose a format
    folders: dict[str, str]  # split -> the folder of its class folders
    write: Callable[[Path, Exported], None] | None = None  # writes the files beside the images
    check: Callable[[Exported], None] | None = None  # raises where the format cannot hold the version
    nested: bool = True  # whether folders below a class folder stay; False: all images of a class lie side by side


_SPLITS = {"train": "train", "val": "val", "test": "test"}

FORMATS = {
    "imagefolder": ExportFormat(
        "A folder for each split, in it a folder for each class: what torchvision's ImageFolder reads",
        _SPLITS,
    ),
    "csv": ExportFormat(
        "Images in folders, and labels.csv with the given label, curated label, split and decision of each image",
        {split: f"images/{split}" for split in _SPLITS},
        write=write_label_csv,
    ),
    "fiftyone": ExportFormat(
        "A dataset that FiftyOne imports, with given and curated labels",
        {split: f"data/{split}" for split in _SPLITS},
        write=write_samples,
    ),
    "huggingface": ExportFormat(
        "An image folder with a data set card, which Hugging Face's datasets reads",
        {**_SPLITS, "val": "validation"},
        nested=False,  # the datasets library takes the folder that an image lies in for its class
        write=write_card,
        check=check_huggingface,
    ),
}
