"""The files that a table means: as written, or in another spelling where exactly one file can be meant."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from curation.datasets.folders.left_out import is_left_out_file, is_left_out_folder
from curation.datasets.tables.image_names import is_image_name
from curation.datasets.tables.matching import Matches, Named, match_names
from curation.datasets.tables.spelling import inside, leads_out
from curation.words import counted, first_few
from models.errors import ErrataError


class Written(NamedTuple):
    """A path as a table has it."""

    where: str  # the line, for messages
    path: str
    split: str = ""  # of the line; "" where the table says none

    def named(self) -> Named:
        """Return it as the name of an image."""
        return Named(self.path, self.split)


def find_files(table: Path, root: Path, written: Sequence[Written]) -> tuple[list[str], str]:
    """Return the image_id of each path of a table, and a sentence where files were found by another spelling.

    A path that is there is taken as it stands; `match_names` tells which files the others mean.

    Args:
        table: for messages.
        root: the folder of the images; no path leads out of it.
        written: the paths.

    Raises:
        ErrataError: a path or link leads out of the folder, or no file or several files fit a path.
    """
    folder, real = str(root), os.path.realpath(root)
    kept = [inside(folder, each.path) for each in written]
    folders: dict[str, bool] = {}  # folder -> whether it lies in the root; each folder is resolved only once
    absent = [line for line, image_id in enumerate(kept) if image_id is None or not _is_there(real, image_id)]
    found: dict[int, str] = {}
    sentence = ""
    if absent:
        standing = {image_id for image_id in kept if image_id} - {kept[line] for line in absent}
        to_find = {line: written[line].named() for line in absent if not leads_out(root, written[line].path)}
        files = sorted(_files(root))
        matches = match_names(files, set(to_find.values()), standing)
        found = {line: matches.found[named] for line, named in to_find.items() if named in matches.found}
        _refuse_missing(table, root, written, kept, [line for line in absent if line not in found], matches, files)
        sentence = matches.sentence(f"of {table.name}")
    image_ids = [found.get(line, image_id or "") for line, image_id in enumerate(kept)]
    for image_id in image_ids:
        _check_link(table, root, real, image_id, folders)
    return image_ids, sentence


def _is_there(real: str, image_id: str) -> bool:
    return os.path.isfile(f"{real}/{image_id}")  # noqa: PTH113 - strings, for speed


def _files(root: Path) -> Iterator[str]:
    """Yield the image_ids of the files in a folder."""
    start = len(str(root).rstrip("/")) + 1
    for folder, folders, names in os.walk(root):  # links to folders are not followed
        folders[:] = [name for name in folders if not is_left_out_folder(name)]
        above = folder[start:].replace(os.sep, "/")
        for name in names:
            if not is_left_out_file(name) and is_image_name(name):
                yield f"{above}/{name}" if above else name


def _refuse_missing(
    table: Path,
    root: Path,
    written: Sequence[Written],
    kept: Sequence[str | None],
    missing: Sequence[int],
    matches: Matches,
    files: Sequence[str],
) -> None:
    for line in missing:
        where, given, _ = written[line]
        if doubt := matches.doubt(written[line].named()):
            raise ErrataError(f"{where}: {doubt}")
        if kept[line] is None:
            raise ErrataError(f"{where}: {given!r} is not in the folder {root}; move the image or the CSV")
    if missing:
        names = list(dict.fromkeys(kept[line] or "" for line in missing))
        hint = f" (the folder holds {files[0]})" if files else ""
        count = counted(len(missing), "file")
        put = (
            "is missing ({}); put it there or remove its line"
            if len(missing) == 1
            else ("are missing ({}); put them there or remove their lines")
        )
        raise ErrataError(f"{count} named in {table} {put.format(first_few(names))}{hint}")


def _check_link(table: Path, root: Path, real: str, image_id: str, folders: dict[str, bool]) -> None:
    """Refuse a file that is a link out of the folder of the images."""
    folder, _, name = f"{real}/{image_id}".rpartition("/")
    if folder not in folders:
        folders[folder] = _lies_in(folder, real)
    file = f"{folder}/{name}"
    if not folders[folder] or (os.path.islink(file) and not _lies_in(file, real)):  # noqa: PTH114 - as above
        raise ErrataError(f"{table}: {image_id!r} is a link out of {root}; copy the image there")


def _lies_in(path: str, root: str) -> bool:
    """Return whether the path, links resolved, lies in the resolved root."""
    return Path(os.path.realpath(path)).is_relative_to(root)
