"""Image folders, read by name: split/class/*.jpg or class/*.jpg; no image is opened."""

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from curation.datasets.entries import Entry
from curation.datasets.rows import SPLITS
from curation.datasets.split_words import split_of
from curation.datasets.tables.reading import read_table
from models.errors import ErrataError

SUFFIXES = frozenset(("jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff"))
_log = logging.getLogger(__name__)


def read_folder(root: Path) -> list[Entry]:
    """Return the images of an image folder, labelled by their class folders.

    Split folders are named train/training, val/valid/validation or test/testing in any case, also
    `seg_train/seg_train`. A file `SPLIT_labels.csv` (filepath,label) in the root replaces the class folders of that
    split. Without split folders the root holds the class folders, and the images have no split (""). Images at any
    depth below a class folder belong to it. Hidden files are left out. Links to folders are not followed, so that no
    loop is walked and nothing outside is read; the log names them.

    Raises:
        ErrataError: a folder may not be read, there are no class folders, a class folder has no image, a split has two
            folders, an image is a link out of the root, or `read_table` refuses a CSV.
    """
    tree = _Tree(root)
    folders = _split_folders(tree)
    tables = {split: path for split in SPLITS if (path := root / f"{split}_labels.csv").is_file()}
    if not folders and not tables:
        folders = {"": root}
    entries = [entry for split, path in tables.items() for entry in read_table(path, split)]
    empty: dict[str, Path] = {}
    for split, folder in folders.items():
        if split not in tables:
            entries += _read_classes(tree, folder, split, empty)
    labels = {entry.label for entry in entries}
    for name, path in empty.items():
        if name not in labels:  # a class may be missing in one split, but not in all
            suffixes = ", ".join(sorted(SUFFIXES))
            raise ErrataError(f"class folder {path} has no image; put images ({suffixes}) into it or remove it")
    return entries


class _Listing(NamedTuple):
    """The content of a folder, sorted by name, without hidden files and links to folders."""

    folders: list[str]
    images: list[str]


@dataclass(frozen=True)
class _Tree:
    """The folders below a root, each listed once."""

    root: Path
    listings: dict[Path, _Listing] = field(default_factory=dict)

    def listing(self, folder: Path) -> _Listing:
        """Return the content of a folder."""
        if folder not in self.listings:
            self.listings[folder] = self._scan(folder)
        return self.listings[folder]

    def images(self, folder: Path) -> list[str]:
        """Return the image_ids of all images in a folder, at any depth."""
        prefix = folder.relative_to(self.root).as_posix()
        image_ids = [f"{prefix}/{name}" for name in self.listing(folder).images]
        for name in self.listing(folder).folders:
            image_ids += self.images(folder / name)
        return image_ids

    def _scan(self, folder: Path) -> _Listing:
        listing = _Listing([], [])
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort_in(entry, listing)
        except OSError as error:
            raise ErrataError(f"cannot read the folder {folder}: {error.strerror}; check its permissions") from error
        listing.folders.sort()
        listing.images.sort()
        return listing

    def _sort_in(self, entry: "os.DirEntry[str]", listing: _Listing) -> None:
        if entry.name.startswith((".", "__MACOSX")):
            return
        if entry.is_symlink() and Path(entry.path).is_dir():
            _log.warning("%s is a link to a folder and not followed", entry.path)
        elif entry.is_dir(follow_symlinks=False):
            listing.folders.append(entry.name)
        elif entry.name.rpartition(".")[2].lower() in SUFFIXES:
            if entry.is_symlink() and not Path(os.path.realpath(entry)).is_relative_to(self.root.resolve()):
                raise ErrataError(f"{entry.path} is a link out of {self.root}; copy the image itself to that place")
            listing.images.append(entry.name)


def _split_folders(tree: _Tree) -> dict[str, Path]:
    """Return split -> folder with its class folders; empty if the root itself holds the class folders."""
    split_folders: dict[str, Path] = {}
    others = []
    for name in tree.listing(tree.root).folders:
        split = split_of(name)
        if split is None:
            others.append(tree.root / name)
        elif split in split_folders:
            raise ErrataError(
                f"{tree.root} has two folders for {split}, {split_folders[split].name} and {name}; keep one of them"
            )
        else:
            split_folders[split] = _unnested(tree, tree.root / name)
    classes = {name for folder in split_folders.values() for name in tree.listing(folder).folders}
    if others and not classes:
        return {}  # as in the classes bus, car and train
    for folder in others:
        if classes.intersection(tree.listing(folder).folders):
            raise ErrataError(
                f"{folder} has class folders but not the name of a split; rename it train, val or test, or move it"
            )
    return split_folders


def _unnested(tree: _Tree, folder: Path) -> Path:
    """Return seg_train/seg_train for seg_train: in some archives each split lies in two folders of one name."""
    return folder / folder.name if tree.listing(folder).folders == [folder.name] else folder


def _read_classes(tree: _Tree, folder: Path, split: str, empty: dict[str, Path]) -> list[Entry]:
    """Return the images in the class folders of a split; add class folders without an image to `empty`."""
    listing = tree.listing(folder)
    if listing.images and not listing.folders:
        raise ErrataError(
            f"{folder} has images but no class folders; sort them into {folder}/CLASS/, or list them as "
            f"filepath,label in {tree.root}/{split or 'train'}_labels.csv"
        )
    if listing.images:
        _log.warning("%s: %d images outside the class folders are left out", folder, len(listing.images))
    entries: list[Entry] = []
    for name in listing.folders:
        images = tree.images(folder / name)
        if not images:
            empty[name] = folder / name
        entries += (Entry(image_id, name, split) for image_id in images)
    return entries
