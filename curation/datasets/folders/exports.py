"""What Errata exported, read back as it was: splits and classes stand in the paths, class names in the manifest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curation.datasets.entries import Entry
from curation.datasets.split_words import split_of
from models.errors import ErrataError
from models.files.schemas import read_as

MANIFEST = "manifest.json"


def is_export(folder: Path) -> bool:
    """Return whether Errata exported a data set to this folder."""
    return bool(_manifest(folder))


def exported_entries(folder: Path, image_ids: Iterator[str]) -> list[Entry]:
    """Return the images of an export: `SPLIT/CLASS/…`, in some formats below one more folder.

    Args:
        folder: of the export.
        image_ids: of its images.

    Raises:
        ErrataError: an image lies in no class folder of a split.
    """
    names = _manifest(folder).get("folders")
    labels = {str(place): str(name) for name, place in names.items()} if isinstance(names, Mapping) else {}
    return [_entry(folder, image_id, labels) for image_id in image_ids]


def _entry(folder: Path, image_id: str, labels: Mapping[str, str]) -> Entry:
    parts = image_id.split("/")
    depth = 0 if split_of(parts[0]) else 1
    split = split_of(parts[depth]) if len(parts) > depth + 2 else None
    if split is None:
        raise ErrataError(f"{folder / image_id} is no part of what Errata exported; put it into a class folder")
    return Entry(image_id, labels.get(parts[depth + 1], parts[depth + 1]), split)


def _manifest(folder: Path) -> Mapping[str, Any]:
    if not (folder / MANIFEST).is_file():
        return {}
    try:
        content = read_as(folder / MANIFEST, dict[str, Any])
    except ErrataError:  # of another program
        return {}
    return content if content.get("kind") == "errata-export" else {}
