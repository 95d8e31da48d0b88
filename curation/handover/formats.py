"""The formats of exports: where the images lie, and the files beside them for the program that reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curation.database import names
from curation.handover.exported import Exported
from curation.handover.huggingface import check_huggingface, write_huggingface
from models.files.atomic import write_json
from models.files.tables import write_csv


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


@dataclass(frozen=True)
class ExportFormat:
    """Where the images of a format lie, and what else it needs."""

    summary: str  # for people who choose a format
    folders: dict[str, str]  # split -> the folder of its class folders
    write: Callable[[Path, Exported], None] | None = None  # writes the files beside the images
    check: Callable[[Exported], None] | None = None  # raises where the format cannot hold the version


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
        "An image folder with a table of labels and a card, which Hugging Face's datasets reads",
        {**_SPLITS, "val": "validation"},
        write=write_huggingface,
        check=check_huggingface,
    ),
}
