"""Splits of class folders from lists of files: train.txt, testing_list.txt, meta/test.json, a path each line."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry
from curation.words import counted
from models.errors import ErrataError

_MOST_BYTES = 200_000_000


def read_list(path: Path) -> list[str]:
    """Return the paths that a list of files holds; [] where it is none: a line each, or JSON of paths by class.

    Raises:
        ErrataError: the file cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            return []
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return []
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    if path.suffix.lower() == ".json":
        return _of_json(text)
    return [line.strip().split("\t")[0].split(",")[0] for line in text.splitlines() if line.strip()]


def _of_json(text: str) -> list[str]:
    try:
        content = json.loads(text)
    except ValueError:
        return []
    lists = content.values() if isinstance(content, dict) else [content]
    if not all(isinstance(each, list) for each in lists):
        return []
    names = [name for each in lists for name in each]
    return names if all(isinstance(name, str) for name in names) else []


def with_listed_splits(
    entries: Sequence[Entry], lists: Mapping[str, Iterable[str]], names: Sequence[str]
) -> tuple[list[Entry], list[str]] | None:
    """Return the entries with the splits that lists of files say, and sentences on it; None where they list others.

    A listed path is that of an image, its end, or either without suffix. Images on no list are for training where no
    list is for training, else left out.

    Args:
        entries: images without a split.
        lists: split -> its paths.
        names: of the lists, for the sentences.

    Raises:
        ErrataError: an image is on the lists of two splits.
    """
    by_end = rows_by_end([entry.image_id for entry in entries])
    split_of_row: dict[int, str] = {}
    for split, paths in lists.items():
        for path in paths:
            rows = by_end.get(plain_path(path), [])
            if len(rows) != 1:
                return None  # of other images, or not clear
            if split_of_row.setdefault(rows[0], split) != split:
                first = entries[rows[0]].image_id
                raise ErrataError(f"{first} is on the lists of {split_of_row[rows[0]]} and {split}; keep it on one")
    if not split_of_row:
        return None
    rest = "" if "train" in lists else "train"
    kept = [
        entry._replace(split=split_of_row.get(row, rest))
        for row, entry in enumerate(entries)
        if rest or row in split_of_row
    ]
    said = f"splits are read from {' and '.join(names)}"
    unlisted = len(entries) - len(split_of_row)
    if unlisted:
        what = "are for training" if rest else "are left out"
        said += f"; {counted(unlisted, 'image')} on no list {what}"
    return kept, [said]


def rows_by_end(image_ids: Sequence[str]) -> dict[str, list[int]]:
    """Return each end of the images' paths, without suffix -> the rows that end so."""
    rows: dict[str, list[int]] = {}
    for row, image_id in enumerate(image_ids):
        parts = plain_path(image_id).split("/")
        for start in range(len(parts)):
            rows.setdefault("/".join(parts[start:]), []).append(row)
    return rows


def plain_path(path: str) -> str:
    """Return a path with slashes, without a leading one and without suffix."""
    plain = path.replace("\\", "/").strip().removeprefix("./").lstrip("/")
    suffix = PurePosixPath(plain).suffix
    return plain.removesuffix(suffix) if 2 <= len(suffix) <= 5 else plain
