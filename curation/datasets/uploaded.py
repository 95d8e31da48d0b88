"""Data sets from the browser: a zip or a CSV, checked before anything is written and unpacked whole or not at all."""

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from curation.datasets.folders.browse import checked_inside
from curation.datasets.split_words import split_of
from curation.datasets.tables.image_root import folder_of_paths, note_images
from curation.datasets.tables.reading import column_of, read_table
from curation.words import file_size
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.images.formats import image_suffixes

MOST_MB = 500  # of a zip or CSV as it is sent
MOST_FILES = 50_000  # in a zip
MOST_UNPACKED_MB = 4_000
DEEPEST = 12  # folders in each other
_CHUNK = 1 << 20
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Member(NamedTuple):
    """A file of a zip that is unpacked."""

    info: zipfile.ZipInfo
    path: PurePosixPath  # where it goes, relative to the folder of the data set


def add_zip(name: str, file: BinaryIO, workspace: Workspace) -> Path:
    """Unpack a zip of images into the workspace; return its image folder, or its CSV of labels where it has one.

    Images and CSVs are unpacked, all else is left out. A folder around everything is taken off. The same zip again
    is the same data set.

    Args:
        name: of the file as the browser sends it, not to be trusted.
        file: its content; read, not kept.
        workspace: where it is unpacked.

    Raises:
        ErrataError: it is no zip, damaged, encrypted or too large, names a place outside its folder, a link or a file
            twice, or holds no image; then nothing is left of it.
    """
    with _as_person(name), zipfile.ZipFile(file) as archive:
        members = _checked(name, archive.infolist())
        folder = _folder_of(workspace, name, _digest(file))
        if not folder.exists():
            with atomic_folder(folder) as temporary:
                _unpack(name, archive, members, temporary)
        return _labels_in(folder) or folder


def add_csv(
    name: str, file: BinaryIO, workspace: Workspace, roots: tuple[Path, ...], images: Path | None = None
) -> Path:
    """Keep a CSV of labels in the workspace and return its path.

    Args:
        name: of the file as the browser sends it, not to be trusted.
        file: its content.
        workspace: where it is kept.
        roots: the images must lie in one of these folders.
        images: the folder that relative paths start from; None where nobody has named it.

    Raises:
        ErrataError: it is too large, no such CSV, or names images that are not there or outside `roots`; then nothing
            is left of it.
    """
    content = file.read(MOST_MB * 10**6 + 1)
    if len(content) > MOST_MB * 10**6:
        raise ErrataError(f"{name} is larger than {MOST_MB} MB; give its path on this machine instead")
    folder = _folder_of(workspace, name, hashlib.sha256(content + str(images or "").encode()).hexdigest())
    table = folder / f"{_stem(name)}.csv"
    if not folder.exists():
        with atomic_folder(folder) as temporary:
            (temporary / table.name).write_bytes(content)
            try:
                paths = column_of(temporary / table.name, "filepath")
                root = checked_inside(folder_of_paths(name, paths, images), roots)
                read_table(temporary / table.name, root=root)
            except ErrataError as error:
                raise ErrataError(str(error).replace(str(temporary / table.name), name)) from error
            note_images(temporary / table.name, root)
    return table


@contextmanager
def _as_person(name: str) -> Iterator[None]:
    """Turn what `zipfile` raises for a bad archive into one sentence."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeError, OverflowError) as error:
        raise ErrataError(f"{name} is no zip or damaged ({error}); pack the folder again") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ErrataError(f"{name} is packed in a way that cannot be read ({error}); pack it as a plain zip") from error


def _checked(name: str, infos: Sequence[zipfile.ZipInfo]) -> list[Member]:
    """Return what is unpacked of a zip, after all its entries were checked by their headers."""
    if len(infos) > MOST_FILES:
        raise ErrataError(
            f"{name} holds {len(infos):,} files; at most {MOST_FILES:,} are taken: unpack it and give the folder's path"
        )
    paths = {info.filename: _safe(name, info) for info in infos}
    if len(paths) < len(infos):
        raise ErrataError(f"{name} holds two files of one name; pack the folder again")
    members = [Member(info, paths[info.filename]) for info in infos if _is_wanted(paths[info.filename], info)]
    unpacked = sum(member.info.file_size for member in members)
    if unpacked > MOST_UNPACKED_MB * 10**6:
        raise ErrataError(f"{name} unpacks to {file_size(unpacked)}; at most {file_size(MOST_UNPACKED_MB * 10**6)}")
    if not any(member.path.suffix.lower().removeprefix(".") in image_suffixes() for member in members):
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
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not info.is_dir() and not hidden and path.suffix.lower().removeprefix(".") in {*image_suffixes(), "csv"}


def _without_wrapper(members: list[Member]) -> list[Member]:
    """Take off folders that hold everything and are neither a split nor the only class."""
    while True:
        tops = {member.path.parts[0] for member in members}
        top = next(iter(tops))
        deep = all(len(member.path.parts) > 2 or member.path.suffix.lower() == ".csv" for member in members)
        if len(tops) > 1 or not deep or split_of(top):
            return members
        if any(len(member.path.parts) == 1 for member in members):
            return members
        members = [Member(member.info, PurePosixPath(*member.path.parts[1:])) for member in members]


def _unpack(name: str, archive: zipfile.ZipFile, members: Sequence[Member], folder: Path) -> None:
    """Write the members; headers may lie, so what is written is counted."""
    left = MOST_UNPACKED_MB * 10**6
    for member in members:
        target = folder / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member.info) as packed, target.open("xb") as file:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ErrataError(f"{name} unpacks to more than it says; it was not unpacked")
                file.write(chunk)


def _labels_in(folder: Path) -> Path | None:
    """Return the table of labels in a folder: the only CSV that has the columns; None where folders are the classes."""
    tables = [path for path in sorted(folder.glob("*.csv")) if not path.name.endswith("_labels.csv")]
    labelled = []
    for table in tables:
        try:
            if column_of(table, "filepath") and column_of(table, "label"):
                labelled.append(table)
        except ErrataError:
            continue
    return labelled[0] if len(labelled) == 1 else None


def _folder_of(workspace: Workspace, name: str, digest: str) -> Path:
    """Return the folder of an upload: of the same content the same, of another content another."""
    return workspace.uploads / digest[:8] / _stem(name)


def _stem(name: str) -> str:
    return _UNSAFE.sub("-", PurePosixPath(name.replace("\\", "/")).stem).strip("-_")[:60] or "images"


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
