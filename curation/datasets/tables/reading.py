"""Label tables: CSV files with the columns filepath, label and optionally split."""

import csv
import os
from pathlib import Path

from curation.datasets.entries import Entry
from curation.datasets.rows import SPLITS
from curation.datasets.split_words import split_of
from curation.words import first_few
from models.errors import ErrataError, unknown


def read_table(path: Path, split: str = "", root: Path | None = None) -> list[Entry]:
    """Return the images that a CSV names, with their labels and splits.

    Only the columns filepath, label and split are read. Paths are relative to the images' folder, or absolute and
    inside that folder.

    Args:
        path: the CSV, UTF-8 with or without a byte order mark.
        split: the split of a file without a split column; "" = none.
        root: the folder of the images; by default that of the CSV.

    Raises:
        ErrataError: the file is unreadable, not UTF-8 or empty; a column, a cell or an image file is missing; a split
            is unknown or not `split`; or a path or link leads out of the folder.
    """
    lines = _read_lines(path)
    columns = _columns(path, lines[0][1])
    name, folder = str(path), str(root or path.parent)  # made once here; made for 100,000 lines they take a second
    entries = [_entry(f"{name} line {number}", folder, cells, columns, split) for number, cells in lines[1:]]
    if not entries:
        raise ErrataError(f"{path} names no image; add one line filepath,label for each")
    _check_files(path, folder, entries)
    return entries


def column_of(path: Path, name: str) -> list[str]:
    """Return the cells of a column; nothing is checked but that the file is a table with filepath and label.

    Raises:
        ErrataError: as `read_table`, for the file and its header.
    """
    lines = _read_lines(path)
    column = _columns(path, lines[0][1])[name]
    return [cells[column].strip() for _, cells in lines[1:] if column < len(cells)]


def _read_lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of each line that is not blank, the header first."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)  # strict: else an unclosed quote takes in the rest of the file
            lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise ErrataError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from error
    except csv.Error as error:
        raise ErrataError(f"{path} line {reader.line_num} is not CSV ({error}); correct that line") from error
    if not lines:
        raise ErrataError(f"{path} is empty; it needs the columns filepath,label[,split]")
    return lines


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """Return name -> position of the columns filepath, label and split; other columns are not read."""
    names = [name.strip() for name in header]
    missing = [name for name in ("filepath", "label") if name not in names]
    if missing:
        raise ErrataError(
            f"{path} has no column {' and no column '.join(missing)}; it needs filepath,label[,split], "
            f"separated by commas (its columns: {', '.join(names)})"
        )
    for name in ("filepath", "label", "split"):
        if names.count(name) > 1:
            raise ErrataError(f"{path} has the column {name} {names.count(name)} times; keep one of them")
    return {name: names.index(name) for name in ("filepath", "label", "split") if name in names}


def _entry(where: str, root: str, cells: list[str], columns: dict[str, int], split: str) -> Entry:
    """Return one line as an entry."""
    values = {name: cells[column].strip() if column < len(cells) else "" for name, column in columns.items()}
    for name, value in values.items():
        if not value:
            raise ErrataError(f"{where} has no {name}; fill it in or remove the line")
    if "split" in values:
        own_split = split_of(values["split"])
        if own_split is None:
            raise ErrataError(f"{where}: {unknown('split', values['split'], SPLITS)}")
        if split and own_split != split:
            raise ErrataError(
                f"{where} has split {own_split}, but the file lists {split}; move the line to {own_split}_labels.csv"
            )
        split = own_split
    return Entry(_image_id(where, root, values["filepath"]), values["label"], split)


def _image_id(where: str, root: str, given: str) -> str:
    """Return a path of the CSV as an image_id, relative to the CSV's folder."""
    inside = ".." if "\0" in given else os.path.normpath(given)  # normpath of Python 3.11 stops at a NUL
    if os.path.isabs(inside):  # noqa: PTH117 - strings, for speed
        inside = os.path.relpath(inside, root)
        if inside.startswith(".."):  # `given` or `root` may go through a link
            folder, name = os.path.split(given)
            inside = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))  # noqa: PTH118
    if inside.split(os.sep, 1)[0] in ("..", "."):
        raise ErrataError(f"{where}: {given!r} is not in the folder {root}; move the image or the CSV")
    return inside.replace(os.sep, "/")


def _check_files(path: Path, images: str, entries: list[Entry]) -> None:
    """Refuse missing files, and links that lead out of the folder of the images."""
    root = os.path.realpath(images)
    folders: dict[str, bool] = {}  # folder -> whether it lies in the root; each folder is resolved only once
    missing = []
    for entry in entries:
        folder, _, name = f"{root}/{entry.image_id}".rpartition("/")
        if folder not in folders:
            folders[folder] = _is_inside(folder, root)
        file = f"{folder}/{name}"
        if not folders[folder] or (os.path.islink(file) and not _is_inside(file, root)):  # noqa: PTH114 - as above
            raise ErrataError(f"{path}: {entry.image_id!r} is a link out of {images}; copy the image there")
        if not os.path.isfile(file):  # noqa: PTH113 - as above
            missing.append(entry.image_id)
    if missing:
        raise ErrataError(
            f"{len(missing)} files named in {path} are missing ({first_few(missing)}); "
            "put them there or remove their lines"
        )


def _is_inside(path: str, root: str) -> bool:
    """Return whether the path, links resolved, lies in the resolved root."""
    return Path(os.path.realpath(path)).is_relative_to(root)
