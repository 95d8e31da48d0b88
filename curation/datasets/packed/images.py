"""Images out of larger files: what a reader gives, and how they are written once as files with a table of labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from curation.datasets.tables.class_names import numbered
from curation.words import counted
from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as
from models.files.tables import write_csv

TABLE = "labels.csv"  # beside the images
_NOTICES = ".notices.json"  # hidden, so that it is no part of the data set
_UNSAFE = re.compile(r"[^\w.@+()-]+")
_KINDS = (  # the first bytes of a file -> its suffix
    (b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
)  # fmt: skip
_LONGEST = 80  # characters of a name


@dataclass(frozen=True)
class _Notices:
    """What the hidden file says."""

    notices: list[str] = field(default_factory=list)


class PackedImage(NamedTuple):
    """An image inside a larger file."""

    name: str  # as the source has it, "" where it has none; never used as a path
    content: bytes  # of an image file
    label: str  # "" = none
    split: str  # "train", "val", "test"; "" where the source says none


@dataclass(frozen=True)
class Packed:
    """What a reader found: the images are read one by one."""

    images: Iterator[PackedImage]
    total: int = 0  # images; 0 = not known before all are read
    notices: Sequence[str] = ()  # on what was read in a way that could be meant otherwise, or left out


def write_images(packed: Packed, folder: Path, progress: Progress | None = None) -> None:
    """Write images as `SPLIT/NAME` with a table `filepath,label,split`; images without a label are left out.

    Args:
        packed: the images.
        folder: empty or absent.
        progress: called with (images done, images) where their number is known.

    Raises:
        ErrataError: there is no image with a label, or the source is damaged.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    lines: list[tuple[str, str, str]] = []
    left_out = 0
    for done, image in enumerate(packed.images, 1):
        if image.label:
            image_id = _free_name(image, len(lines), taken)
            target = folder / image_id
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(image.content)
            lines.append((image_id, image.label, image.split))
        else:
            left_out += 1
        if progress and packed.total:
            progress(done, packed.total)
    if not lines:
        raise ErrataError("there is no image with a label")
    given = any(split for _, _, split in lines)
    columns = ("filepath", "label", "split") if given else ("filepath", "label")
    write_csv(folder / TABLE, columns, (line[: len(columns)] for line in lines))
    notices = list(packed.notices)
    if left_out:
        notices.append(f"{counted(left_out, 'image')} without a label {'is' if left_out == 1 else 'are'} left out")
    if numbered([label for _, label, _ in lines]):
        notices.append("the classes have numbers, not names")
    note_notices(folder, notices)


def note_notices(folder: Path, notices: Sequence[str]) -> None:
    """Write down, in a folder of unpacked images, how they were read."""
    write_json(folder / _NOTICES, {"notices": list(notices), "schema_version": 1})


def notices_of(folder: Path) -> list[str]:
    """Return what `note_notices` wrote; [] for any other folder."""
    path = folder / _NOTICES
    return read_as(path, _Notices).notices if path.is_file() else []


def suffix_of(content: bytes) -> str:
    """Return the suffix of an image file by its first bytes, "" where they are unknown."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:12] in (b"ftypavif", b"ftypheic"):
        return content[8:12].decode()
    return next((suffix for start, suffix in _KINDS if content.startswith(start)), "")


def _free_name(image: PackedImage, number: int, taken: set[str]) -> str:
    """Return a path that no image has, also where case does not count."""
    last = PurePosixPath(image.name.replace("\\", "/")).name
    stem = _UNSAFE.sub("_", last.rpartition(".")[0] or last).strip("._")[:_LONGEST]
    suffix = suffix_of(image.content) or last.rpartition(".")[2].lower()[:5] or "bin"
    folder, wanted = image.split or "images", stem or f"{number:06d}"
    for name in (f"{folder}/{wanted}.{suffix}", f"{folder}/{wanted}-{number:06d}.{suffix}"):
        if name.casefold() not in taken:
            taken.add(name.casefold())
            return name
    raise ErrataError(f"two images have the name {last!r}; rename one")
