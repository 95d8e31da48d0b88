"""A CSV from the browser: kept in the workspace, with a note of the folder in which its images lie."""

import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as

_NOTE = ".images.json"  # beside the CSV; hidden, so that it is no part of the data set


@dataclass(frozen=True)
class _Note:
    """What the note says."""

    root: str  # folder of the images


def images_of(table: Path) -> Path:
    """Return the folder of the images of a CSV: that of the CSV, unless a note beside it names another."""
    note = table.parent / _NOTE
    if not note.is_file():
        return table.parent
    return Path(read_as(note, _Note, "add the table again").root)


def note_images(table: Path, root: Path) -> None:
    """Write down where the images of a CSV lie."""
    write_json(table.parent / _NOTE, {"root": str(root), "schema_version": 1})


def folder_of_paths(name: str, paths: list[str], chosen: Path | None) -> Path:
    """Return the folder of the images that a CSV names.

    Args:
        name: of the CSV, for messages.
        paths: as the CSV has them.
        chosen: the folder that relative paths start from; None where nobody has named it.

    Raises:
        ErrataError: relative paths start nowhere, or the images have no folder in common.
    """
    relative = next((path for path in paths if not os.path.isabs(path)), None)  # noqa: PTH117 - strings, for speed
    if chosen is not None:
        return chosen
    if not paths:
        raise ErrataError(f"{name} names no image; add one line filepath,label for each")
    if relative is not None:
        raise ErrataError(
            f"{name} names its images by paths that start in a folder ({relative}); choose that folder first, "
            "or put the images and the CSV into one zip"
        )
    common = Path(os.path.commonpath([os.path.dirname(path) for path in paths]))  # noqa: PTH120 - as above
    if common == Path(common.anchor):
        raise ErrataError(f"the images that {name} names have no folder in common; move them below one")
    return common
