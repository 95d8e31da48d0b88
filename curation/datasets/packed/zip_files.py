"""Zips of images: checked before anything is written, and unpacked whole or not at all by who calls."""

import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from curation.datasets.folders.left_out import is_left_out_file, is_left_out_folder
from curation.datasets.packed.images import note_notices
from curation.datasets.split_words import split_of
from curation.datasets.tables.reading import SUFFIXES as TABLES
from curation.words import file_size
from models.arrays import Progress
from models.errors import ErrataError
from models.images.formats import image_suffixes

DEEPEST = 12  # folders in each other
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much is unpacked of a zip."""

    files: int
    unpacked_mb: int


ON_THIS_MACHINE = Limits(files=1_000_000, unpacked_mb=50_000)  # of zips that people name by their paths


class Member(NamedTuple):
    """A file of a zip that is unpacked."""

    info: zipfile.ZipInfo
    path: PurePosixPath  # where it goes, relative to the folder of the data set


def unpack_zip(
    name: str, file: BinaryIO | Path, folder: Path, limits: Limits, progress: Progress | None = None
) -> None:
    """Unpack the images and tables of a zip into a folder; folders that hold everything are taken off.

    What else it holds is left out, and counted in the notices of the folder.

    Args:
        name: of the zip, for messages.
        file: its content.
        folder: empty or absent; what was unpacked before an error stays in it.
        limits: what is refused.
        progress: called with (files done, files).

    Raises:
        ErrataError: it is no zip, damaged, encrypted or too large, names a place outside its folder, a link or a file
            twice, or holds no image.
        OSError: the folder cannot be written.
    """
    with _as_person(name), zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        members = _checked(name, infos, limits)
        folder.mkdir(parents=True, exist_ok=True)
        _unpack(name, archive, members, folder, limits, progress)
    others = Counter(PurePosixPath(info.filename).suffix.lower() or "without suffix" for info in _left(infos, members))
    if others:
        what = ", ".join(f"{n:,} {suffix}" for suffix, n in others.most_common())
        note_notices(folder, [f"not read as images in {name}: {what}"])


def _left(infos: Sequence[zipfile.ZipInfo], members: Sequence[Member]) -> list[zipfile.ZipInfo]:
    """Return the files of a zip that are not unpacked and that people may take for a part of the data set."""
    unpacked = {member.info.filename for member in members}
    return [
        info
        for info in infos
        if info.filename not in unpacked and not info.is_dir() and not _is_junk(PurePosixPath(info.filename))
    ]


@contextmanager
def _as_person(name: str) -> Iterator[None]:
    """Turn what `zipfile` raises for a bad archive into one sentence."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeError, OverflowError) as error:
        raise ErrataError(f"{name} is no zip or damaged ({error}); pack the folder again") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ErrataError(f"{name} is packed in a way that cannot be read ({error}); pack it as a plain zip") from error


def _checked(name: str, infos: Sequence[zipfile.ZipInfo], limits: Limits) -> list[Member]:
    """Return what is unpacked of a zip, after all its entries were checked by their headers."""
    if len(infos) > limits.files:
        raise ErrataError(
            f"{name} holds {len(infos):,} files; at most {limits.files:,} are taken: unpack it and give the "
            "folder's path"
        )
    paths = {info.filename: _safe(name, info) for info in infos}
    if len(paths) < len(infos):
        raise ErrataError(f"{name} holds two files of one name; pack the folder again")
    members = [Member(info, paths[info.filename]) for info in infos if _is_wanted(paths[info.filename], info)]
    unpacked = sum(member.info.file_size for member in members)
    if unpacked > limits.unpacked_mb * 10**6:
        raise ErrataError(f"{name} unpacks to {file_size(unpacked)}; at most {file_size(limits.unpacked_mb * 10**6)}")
    if not any(_suffix(member.path) in image_suffixes() for member in members):
        inner = next((info.filename for info in infos if info.filename.lower().endswith((".zip", ".tar", ".gz"))), "")
        advice = f"it holds {inner}: unpack that and pack its images" if inner else "pack the folder with the images"
        raise ErrataError(f"{name} holds no image; {advice}")
    return _without_wrapper(members)


def _safe(name: str, info: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path of an entry, if it stays inside the folder and is a plain file or folder."""
    given = info.orig_filename
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or "\0" in given:
        raise ErrataError(f"{name} holds {given!r}, which leads out of its folder; it was not unpacked")
    strange = "\\" in given or re.match(r"[A-Za-z]:", given) or not given.isprintable()
    if strange or not 0 < len(path.parts) <= DEEPEST:
        raise ErrataError(f"{name} holds {given[:80]!r}, which is no usable file name; it was not unpacked")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ErrataError(f"{name} holds {given!r}, which is a link or no plain file; pack the file itself")
    if info.flag_bits & 1:
        raise ErrataError(f"{name} is encrypted; pack it without a password")
    return path


def _is_wanted(path: PurePosixPath, info: zipfile.ZipInfo) -> bool:
    suffix = _suffix(path)
    return not info.is_dir() and not _is_junk(path) and (suffix in image_suffixes() or f".{suffix}" in TABLES)


def _is_junk(path: PurePosixPath) -> bool:
    return any(map(is_left_out_folder, path.parts[:-1])) or is_left_out_file(path.name)


def _suffix(path: PurePosixPath) -> str:
    return path.suffix.lower().removeprefix(".")


def _without_wrapper(members: list[Member]) -> list[Member]:
    """Take off folders that hold everything and are neither a split nor the only class."""
    while True:
        tops = {member.path.parts[0] for member in members}
        top = next(iter(tops))
        deep = all(len(member.path.parts) > 2 or f".{_suffix(member.path)}" in TABLES for member in members)
        if len(tops) > 1 or not deep or split_of(top):
            return members
        if any(len(member.path.parts) == 1 for member in members):
            return members
        members = [Member(member.info, PurePosixPath(*member.path.parts[1:])) for member in members]


def _unpack(
    name: str,
    archive: zipfile.ZipFile,
    members: Sequence[Member],
    folder: Path,
    limits: Limits,
    progress: Progress | None,
) -> None:
    """Write the members; headers may lie, so what is written is counted."""
    left = limits.unpacked_mb * 10**6
    for done, member in enumerate(members, 1):
        target = folder / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member.info) as packed, target.open("xb") as file:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ErrataError(f"{name} unpacks to more than it says; it was not unpacked")
                file.write(chunk)
        if progress:
            progress(done, len(members))
