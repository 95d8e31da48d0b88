"""Data sets from the browser: a zip or a CSV, checked before anything is written and unpacked whole or not at all."""

import hashlib
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from curation.datasets.folders.browse import checked_inside
from curation.datasets.packed.zip_files import Limits, unpack_zip
from curation.datasets.tables.image_root import folder_of_paths, note_images
from curation.datasets.tables.reading import SUFFIXES, column_of, read_table
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from models.errors import ErrataError

MOST_MB = 500  # of a zip or CSV as it is sent
MOST_FILES = 50_000  # in a zip
MOST_UNPACKED_MB = 4_000
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


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
    folder = _folder_of(workspace, name, _digest(file))
    if not folder.exists():
        with atomic_folder(folder) as temporary:
            unpack_zip(name, file, temporary, Limits(MOST_FILES, MOST_UNPACKED_MB))
    return _labels_in(folder) or folder


def add_csv(
    name: str, file: BinaryIO, workspace: Workspace, roots: tuple[Path, ...], images: Path | None = None
) -> Path:
    """Keep a table of labels in the workspace and return its path.

    Args:
        name: of the file as the browser sends it, not to be trusted.
        file: its content.
        workspace: where it is kept.
        roots: the images must lie in one of these folders.
        images: the folder that relative paths start from; None where nobody has named it.

    Raises:
        ErrataError: it is too large, no such table, or names images that are not there or outside `roots`; then nothing
            is left of it.
    """
    content = file.read(MOST_MB * 10**6 + 1)
    if len(content) > MOST_MB * 10**6:
        raise ErrataError(f"{name} is larger than {MOST_MB} MB; give its path on this machine instead")
    folder = _folder_of(workspace, name, hashlib.sha256(content + str(images or "").encode()).hexdigest())
    suffix = PurePosixPath(name).suffix.lower()
    table = folder / f"{_stem(name)}{suffix if suffix in SUFFIXES else '.csv'}"
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


def remove_upload(path: Path, workspace: Workspace) -> None:
    """Remove an uploaded data set, as `add_zip` returned it; nothing where it is no upload."""
    uploads = workspace.uploads.resolve()
    if path.resolve().is_relative_to(uploads) and path.resolve() != uploads:
        shutil.rmtree(uploads / path.resolve().relative_to(uploads).parts[0])


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
