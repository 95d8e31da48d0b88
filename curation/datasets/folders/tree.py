"""The folders below a root, each listed once: images, other files, and folders that hold any."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from curation.datasets.folders.exports import is_export
from curation.datasets.folders.left_out import cloud_only, conflict_of, is_left_out_file, is_left_out_folder
from curation.workspace.folders import is_workspace
from models.errors import ErrataError
from models.images.formats import image_suffixes, suffix_of


@dataclass(frozen=True)
class Listing:
    """The content of a folder, sorted by name."""

    folders: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # files that are not read as images


@dataclass
class Tree:
    """The folders below a root.

    Hidden files, what `left_out` names, workspaces of Errata and exports below the root are left out. Links to folders
    are not followed, so that no loop is walked and nothing outside is read.
    """

    root: Path
    left_out: Counter[str] = field(default_factory=Counter)  # what -> how often
    _listings: dict[Path, Listing] = field(default_factory=dict)
    _counts: dict[Path, int] = field(default_factory=dict)

    def listing(self, folder: Path) -> Listing:
        """Return the content of a folder.

        Raises:
            ErrataError: it may not be read, or an image is a link out of the root.
        """
        if folder not in self._listings:
            self._listings[folder] = self._scan(folder)
        return self._listings[folder]

    def count(self, folder: Path) -> int:
        """Return how many images lie in a folder, at any depth."""
        if folder not in self._counts:
            listing = self.listing(folder)
            self._counts[folder] = len(listing.images) + sum(self.count(folder / name) for name in listing.folders)
        return self._counts[folder]

    def filled(self, folder: Path) -> list[str]:
        """Return the names of the folders in a folder that hold images, at any depth."""
        return [name for name in self.listing(folder).folders if self.count(folder / name)]

    def images(self, folder: Path) -> Iterator[str]:
        """Yield the image_ids of all images in a folder, at any depth."""
        inside = os.path.relpath(folder, self.root).replace(os.sep, "/")
        yield from self._images(folder, "" if inside == "." else f"{inside}/")

    def _images(self, folder: Path, prefix: str) -> Iterator[str]:
        listing = self.listing(folder)
        for name in listing.images:
            yield prefix + name
        for name in listing.folders:
            yield from self._images(folder / name, f"{prefix}{name}/")

    def unread(self, folder: Path) -> Counter[str]:
        """Return suffix -> files in a folder, at any depth, that are not read as images."""
        listing = self.listing(folder)
        counts = Counter(f".{suffix_of(name)}" if "." in name else "without suffix" for name in listing.others)
        for name in listing.folders:
            counts += self.unread(folder / name)
        return counts

    def _scan(self, folder: Path) -> Listing:
        listing, suffixes = Listing(), image_suffixes()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort_in(entry, listing, suffixes)
        except OSError as error:
            raise ErrataError(f"cannot read the folder {folder}: {error.strerror}; check its permissions") from error
        self._leave_out_conflicts(listing.images)
        for names in (listing.folders, listing.images, listing.others):
            names.sort()
        return listing

    def _leave_out_conflicts(self, images: list[str]) -> None:
        """Leave out the second versions that a cloud made of images which are there too."""
        second = {name: first for name in images if (first := conflict_of(name))}
        if second:
            names = set(images)
            twice = {name for name, first in second.items() if first in names}
            self.left_out["second versions that a cloud made of an image"] += len(twice)
            images[:] = names - twice

    def _sort_in(self, entry: "os.DirEntry[str]", listing: Listing, suffixes: frozenset[str]) -> None:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if not self._is_foreign(entry):
                listing.folders.append(name)
        elif is_left_out_file(name):
            self.left_out["images that are only in iCloud (download them)"] += cloud_only(name)
        elif entry.is_symlink() and Path(entry.path).is_dir():
            self.left_out["links to folders, which are not followed"] += 1
        elif is_special(entry):
            self.left_out["pipes, sockets and devices"] += 1  # to open a pipe waits for ever
        elif suffix_of(name) in suffixes:
            if entry.is_symlink() and not Path(os.path.realpath(entry)).is_relative_to(self.root.resolve()):
                raise ErrataError(f"{entry.path} is a link out of {self.root}; copy the image itself to that place")
            listing.images.append(name)
        else:
            listing.others.append(name)

    def _is_foreign(self, entry: "os.DirEntry[str]") -> bool:
        """Return whether a folder is no part of the data; those that people may wonder about are counted."""
        path = Path(entry.path)
        if is_left_out_folder(entry.name):
            self.left_out[f"folders named {entry.name}"] += not entry.name.startswith(".")
            return True
        if is_foreign_folder(path):
            if any(suffix_of(file.name) in image_suffixes() for file in path.iterdir()):  # a class of that name
                raise ErrataError(f"{path} holds images, but Errata writes there too; set ERRATA_HOME elsewhere")
            self.left_out[f"{os.path.relpath(path, self.root)}, which Errata writes"] += 1
            return True
        return False


def is_special(entry: "os.DirEntry[str] | Path") -> bool:
    """Return whether it is there, and no file, folder or link to one: a pipe, a socket, a device."""
    try:
        kind = entry.stat().st_mode if entry.is_symlink() or not entry.is_file() else stat.S_IFREG
    except OSError:  # a link to nothing or in a circle
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def is_foreign_folder(folder: Path) -> bool:
    """Return whether a folder below a data set is no part of it: by its name, or since Errata writes it."""
    try:
        return is_left_out_folder(folder.name) or is_workspace(folder) or is_export(folder)
    except OSError:  # it cannot be looked into, which its own listing says
        return False


def by_suffix(counts: Mapping[str, int]) -> str:
    """Return counts by suffix: `12 .heic, 3 .txt`."""
    return ", ".join(f"{n:,} {suffix}" for suffix, n in Counter(counts).most_common())
