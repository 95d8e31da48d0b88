"""Folders of this machine that may be looked through in the browser: home, the data folder, beside the workspace."""

import os
from dataclasses import dataclass
from pathlib import Path

from curation.workspace.folders import Workspace, data_root
from models.errors import ErrataError
from models.images.formats import image_suffixes, suffix_of

MOST_LISTED = 200  # folders of a folder that are shown
MOST_SCANNED = 100_000  # entries of a folder that are read
TABLES = ("csv", "tsv", "jsonl", "ndjson", "parquet", "tar", "zip")  # and other files that are data sets


@dataclass(frozen=True)
class Listing:
    """What is in a folder; hidden files, and links that lead out of the roots, are left out."""

    folder: Path  # links resolved
    parent: Path | None  # None: a root
    folders: tuple[str, ...]
    tables: tuple[str, ...]  # files with the suffixes of TABLES
    images: int
    more: int  # folders that are not listed


def browsing_roots(workspace: Workspace) -> tuple[Path, ...]:
    """Return the folders that may be looked through, with all that is in them; links resolved."""
    places = (Path.home(), data_root(), workspace.root.parent)
    real = [Path(os.path.realpath(place)) for place in places]
    return tuple(dict.fromkeys(place for place in real if place.is_dir() and place != Path(place.anchor)))


def checked_inside(path: Path, roots: tuple[Path, ...]) -> Path:
    """Return the path with links resolved, if it lies in one of the roots and no part below that is hidden.

    Raises:
        ErrataError: it does not.
    """
    real = Path(os.path.realpath(path))
    root = _root_of(real, roots)
    if root is None or any(part.startswith(".") for part in real.relative_to(root).parts):
        names = ", ".join(map(str, roots))
        raise ErrataError(f"{path} is not in a folder that may be looked through here ({names}); type its path instead")
    return real


def list_folder(folder: Path, roots: tuple[Path, ...]) -> Listing:
    """Return what is in a folder.

    Raises:
        ErrataError: it is outside the roots, hidden, no folder, or cannot be read.
    """
    real = checked_inside(folder, roots)
    folders, tables, images = [], [], 0
    try:
        with os.scandir(real) as entries:
            for _, entry in zip(range(MOST_SCANNED), entries, strict=False):
                if entry.name.startswith(".") or not _may_be_shown(entry, roots):
                    continue
                if entry.is_dir():
                    folders.append(entry.name)
                elif suffix_of(entry.name) in TABLES:
                    tables.append(entry.name)
                else:
                    images += suffix_of(entry.name) in image_suffixes()
    except OSError as error:
        raise ErrataError(f"cannot read the folder {real}: {error.strerror}; choose another") from error
    folders.sort(key=str.lower)
    shown = tuple(folders[:MOST_LISTED])
    parent = None if real in roots and _root_of(real.parent, roots) is None else real.parent
    return Listing(real, parent, shown, tuple(sorted(tables)[:MOST_LISTED]), images, len(folders) - len(shown))


def _may_be_shown(entry: "os.DirEntry[str]", roots: tuple[Path, ...]) -> bool:
    """Return whether an entry is no link, or one to a place inside the roots."""
    try:
        return not entry.is_symlink() or (Path(entry.path).exists() and bool(checked_inside(Path(entry.path), roots)))
    except (ErrataError, OSError):  # outside, or a loop
        return False


def _root_of(real: Path, roots: tuple[Path, ...]) -> Path | None:
    return next((root for root in roots if real.is_relative_to(root)), None)
