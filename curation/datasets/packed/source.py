"""Which names stand for data sets inside larger files, and how they are read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from curation.datasets.packed.hugging_face import (
    files_of,
    has_images,
    is_hugging_face,
    parquet_files,
    read_hugging_face,
)
from curation.datasets.packed.images import Packed, write_images
from curation.datasets.packed.torchvision_sets import checked_set, read_torchvision
from curation.datasets.packed.web_dataset import TARS, read_web_dataset, tars_of
from curation.datasets.packed.zip_files import ON_THIS_MACHINE, unpack_zip
from curation.datasets.tables.image_names import is_image_name
from curation.workspace.folders import data_root
from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import digest

HF, WEB, TORCHVISION, ZIP = "hf:", "webdataset:", "torchvision:", ""
PREFIXES = (HF, WEB, TORCHVISION)
PACKED_FILES = (".parquet", ".zip", *TARS)


@dataclass(frozen=True)
class PackedSource:
    """A data set inside larger files."""

    kind: str  # of PREFIXES, or ZIP, whose path stands for itself
    path: Path  # absolute; for torchvision the root that it is given
    name: str = ""  # of the data set, for torchvision

    @property
    def source(self) -> str:
        """The text that stands for it: `hf:/home/me/pets`, `torchvision:FashionMNIST@/home/me/data`."""
        return f"{self.kind}{self.name}@{self.path}" if self.name else f"{self.kind}{self.path}"

    @property
    def title(self) -> str:
        """What people see."""
        end = next((end for end in PACKED_FILES if self.path.name.lower().endswith(end)), "")
        return self.name or self.path.name[: len(self.path.name) - len(end)]

    def key(self) -> str:
        """Return what changes with its files: their names, sizes and times; torchvision's do not change."""
        if self.name:
            return digest(self.source)
        stats = [(str(file.relative_to(self.path.parent)), file.stat()) for file in self._files()]
        return digest(self.source, [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])

    def size(self) -> int | None:
        """Return how many bytes its files have; None where that is not known, for torchvision."""
        return None if self.name else sum(file.stat().st_size for file in self._files())

    def _files(self) -> list[Path]:
        return [self.path] if self.kind == ZIP else files_of(self.path) if self.kind == HF else tars_of(self.path)

    @property
    def is_tree(self) -> bool:
        """Whether it is unpacked as an image folder, and not as images with a table of labels."""
        return self.kind == ZIP

    def unpack(self, folder: Path, columns: Mapping[str, str], progress: Progress | None = None) -> None:
        """Write its images into a folder; `columns` is role -> column, for tables.

        Raises:
            ErrataError: it cannot be read.
            OSError: the folder cannot be written.
        """
        if self.is_tree:
            unpack_zip(self.path.name, self.path, folder, ON_THIS_MACHINE, progress)
        else:
            write_images(self.read(columns), folder, progress)

    def read(self, columns: Mapping[str, str]) -> Packed:
        """Return its images, one by one; of anything but a tree.

        Raises:
            ErrataError: it cannot be read.
        """
        if self.kind == TORCHVISION:
            return read_torchvision(self.name, self.path)
        return read_web_dataset(self.path) if self.kind == WEB else read_hugging_face(self.path, columns)


def packed_source(text: str) -> PackedSource | None:
    """Return the data set that a name with a prefix, or a path, stands for; None for any other data set.

    A path is that of a zip, of a tar or of a folder of tars without image files, of a folder that `datasets` saved, or
    of a Parquet file or a folder of them with the bytes of images. `hf:` before the path of any other folder means
    nothing.

    Raises:
        ErrataError: a path with a prefix is not there, or torchvision has no such data set.
    """
    kind = next((prefix for prefix in PREFIXES if text.startswith(prefix)), "")
    rest = text.removeprefix(kind)
    if kind == TORCHVISION:
        name, _, root = rest.partition("@")
        checked_set(name)
        return PackedSource(kind, _absolute(root) if root else data_root(), name)
    path = _absolute(rest)
    if not kind and path.suffix.lower() == ".zip":
        return PackedSource(ZIP, path) if path.is_file() else None
    if kind and not path.exists():
        raise ErrataError(f"{text}: there is nothing at {path}; check the path, or download the data set first")
    if kind == WEB and not tars_of(path):
        raise ErrataError(f"{text}: {path} is no tar and holds none; check the path")
    if not kind and path.is_dir() and _has_image_files(path):
        return None
    if kind != HF and tars_of(path):
        return PackedSource(WEB, path)
    if kind != WEB and _holds_images(path):
        return PackedSource(HF, path)
    return None


def _has_image_files(folder: Path) -> bool:
    """Return whether images lie in a folder as files: then tars and tables beside them are something else."""
    folders = [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:  # ends with the first image: this is asked with every click
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif is_image_name(entry.name):
                        return True
        except OSError:  # the reader of folders says which folder cannot be read
            continue
    return False


def _holds_images(path: Path) -> bool:
    if path.is_dir() and not is_hugging_face(path):
        return False
    files = parquet_files(path)
    return has_images(files[0]) if files else path.is_dir()


def _absolute(text: str) -> Path:
    return Path(os.path.realpath(Path(text).expanduser()))
