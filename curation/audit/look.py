"""A look at a data set before its audit: names, sizes and first bytes of its files; no image is decoded."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curation.audit.forecast import Forecast, forecast
from curation.datasets.catalog import DatasetSpec
from curation.datasets.entries import TEST_FRACTION, Entry
from curation.datasets.folders.left_out import is_left_out_file
from curation.datasets.folders.tree import is_foreign_folder, is_special
from curation.datasets.read_rows import read_entries, rows_of
from curation.datasets.rows import SPLITS, Rows
from curation.datasets.split_words import split_of
from curation.images.checking import check_learnable
from curation.words import first_few
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.images.formats import image_suffixes, suffix_of
from models.images.signature import problem_of_file

MOST_FILES = 200_000  # in a folder; beyond that, only the audit reads them all
_TABLES = (".csv", ".tsv", ".jsonl", ".parquet")  # beside images; nobody misses them among the images
MOST_READ = 20_000  # files whose first bytes are read; of more images a sample, spread evenly


@dataclass(frozen=True)
class Skipped:
    """Files that an audit would leave out, for one reason."""

    reason: str
    count: int
    examples: str  # the first names


@dataclass(frozen=True)
class Look:
    """What can be told of a data set before its audit."""

    rows: Rows | None = None  # None: it is refused, or too large to look at
    splits: str = ""  # how they were read, a sentence
    skipped: tuple[Skipped, ...] = ()
    forecast: Forecast | None = None
    refusal: str = ""  # what its audit would fail with; "" = nothing that can be told by now
    note: str = ""  # what this look leaves to the audit


def look_at(spec: DatasetSpec, workspace: Workspace) -> Look:
    """Return what can be told of a data set before its audit.

    Args:
        spec: as `find_dataset` returns it; its images are on this machine.
        workspace: its finished audits tell how long one takes.
    """
    try:
        files = _files(spec.root)
        if files is None:
            note = f"{spec.root} holds more than {MOST_FILES:,} files: only the audit reads them all."
            return Look(note=note)
        notices: list[str] = []
        entries = read_entries(spec, notices)
        rows = rows_of(spec, entries, notices=notices)
    except ErrataError as error:
        return Look(refusal=f"{error}.")
    left_out = _left_out(spec, files, entries, rows)
    broken, note = _broken(rows)
    look = Look(rows, _splits_read(spec, entries), (*left_out, *_by_reason(broken)), None, _refusal(rows, broken), note)
    return replace(look, forecast=forecast(workspace, len(rows) - len(broken)))


def _files(root: Path) -> list[str] | None:
    """Return all files that are not hidden, relative to the root; None where they are too many to look at."""
    files: list[str] = []
    for name in _walk(root):
        files.append(name)
        if len(files) > MOST_FILES:
            return None
    return files


def _walk(root: Path) -> Iterator[str]:
    start = len(str(root).rstrip("/")) + 1
    for folder, folders, names in os.walk(root):  # links to folders are not followed
        folders[:] = sorted(name for name in folders if not is_foreign_folder(Path(folder, name)))
        inside = folder[start:]
        for name in sorted(names):
            if not is_left_out_file(name):
                yield f"{inside}/{name}" if inside else name


def _left_out(spec: DatasetSpec, files: Sequence[str], entries: Sequence[Entry], rows: Rows) -> list[Skipped]:
    """Return the files that are no part of the data set, by reason."""
    listed, used = {entry.image_id for entry in entries}, set(rows.image_ids.tolist())
    table = Path(spec.labels_csv).name
    reasons: dict[str, list[str]] = {}
    for name in files:
        if name in used or (name == table if spec.layout == "csv" else name.lower().endswith(_TABLES)):
            continue
        if name in listed:
            reason = "beyond the number of training images, or in other classes"
        elif suffix_of(name) not in image_suffixes():
            reason = "not an image file"
        elif spec.layout == "csv":
            reason = f"not named in {table}"
        elif is_special(path := rows.root / name):
            reason = "a pipe, a socket or a device"
        elif not path.exists():
            reason = "a link to nothing"
        else:
            reason = "outside the class folders, or on no list"
        reasons.setdefault(reason, []).append(name)
    return [Skipped(reason, len(names), first_few(names)) for reason, names in reasons.items()]


def _broken(rows: Rows) -> tuple[list[tuple[int, str]], str]:
    """Return (row, problem) of files that cannot be images, and what was not looked at."""
    step = -(-len(rows) // MOST_READ)
    root, names = str(rows.root), rows.image_ids.tolist()
    checked = ((row, problem_of_file(f"{root}/{names[row]}")) for row in range(0, len(rows), step))
    broken = [(row, problem) for row, problem in checked if problem]
    note = "Damage inside a file shows in the audit, which skips such files and lists them."
    if step > 1:
        note = f"The first bytes of every {step}th file were read. {note}"
    return broken, note


def _by_reason(broken: Sequence[tuple[int, str]]) -> list[Skipped]:
    counts = Counter(problem for _, problem in broken)
    return [Skipped(problem, n, "") for problem, n in counts.most_common()]


def _splits_read(spec: DatasetSpec, entries: Sequence[Entry]) -> str:
    """Return in a sentence where the splits come from."""
    table = spec.title if spec.packed else Path(spec.labels_csv).name
    given = [split for split in SPLITS if any(entry.split == split for entry in entries)]
    if not given:
        where = f"{table} says no split" if spec.layout == "csv" else "There are no split folders"
        return (
            f"{where}: {TEST_FRACTION:.0%} of each class, drawn by the seed, are the test images, the rest is for "
            "training."
        )
    lacks = "" if "test" in given else " There is no test split; labels are still judged."
    if spec.layout == "csv":
        return f"Splits are read from {table}: {', '.join(given)}.{lacks}"
    sources = [f"{split} from {_source_of(spec, split, entries)}" for split in given]
    return f"Splits are read from the folders: {', '.join(sources)}.{lacks}"


def _source_of(spec: DatasetSpec, split: str, entries: Sequence[Entry]) -> str:
    """Return the names of the folders, or else of what says that images are of a split."""
    listing = f"{split}_labels.csv"
    if (spec.root / listing).is_file():
        return listing
    paths = [entry.image_id.split("/")[:-1] for entry in entries if entry.split == split]
    return first_few(sorted({part for path in paths for part in path if split_of(part) == split})) or "a list"


def _refusal(rows: Rows, broken: Sequence[tuple[int, str]]) -> str:
    """Return the sentence with which an audit of the readable images would end; "" where it would not."""
    readable = np.ones(len(rows), bool)
    readable[[row for row, _ in broken]] = False
    try:
        check_learnable(rows.where(readable), [(str(rows.image_ids[row]), f"it {problem}") for row, problem in broken])
    except ErrataError as error:
        return f"{error}."
    return ""
