"""Label tables: files that list images with their labels, and often with their splits."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from curation.datasets.entries import Entry
from curation.datasets.tables.class_names import names_beside, numbered, with_names
from curation.datasets.tables.columns import ROLES, find_columns, is_header, is_one, no_labels, one_hot
from curation.datasets.tables.delimited import read_delimited
from curation.datasets.tables.grid import Grid, position_of
from curation.datasets.tables.label_cells import several_labels, single_labels
from curation.datasets.tables.named_files import Written, find_files
from curation.datasets.tables.records import read_json_lines, read_parquet
from curation.datasets.tables.splits import read_splits, splits_of_folders
from curation.words import counted, first_few
from models.errors import ErrataError

SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".lst", ".jsonl", ".ndjson", ".json", ".parquet")
_READERS = {".jsonl": read_json_lines, ".ndjson": read_json_lines, ".json": read_json_lines, ".parquet": read_parquet}


def read_table(
    path: Path,
    split: str = "",
    root: Path | None = None,
    columns: Mapping[str, str] | None = None,
    notices: list[str] | None = None,
) -> list[Entry]:
    """Return the images that a table names, with their labels and splits.

    Paths are relative to the images' folder, or absolute and inside that folder; `find_files` tells which other
    spellings are understood. Columns are found by their names (`find_columns`, `read_splits`).

    Args:
        path: the table, of SUFFIXES.
        split: the split of a file that says no split; "" = none.
        root: the folder of the images; by default that of the table.
        columns: role -> name of a column, of ROLES, for those that are not to be found by their names.
        notices: gets a sentence for all that is read in a way that could be meant otherwise.

    Raises:
        ErrataError: the file is unreadable or empty, or its encoding or separator cannot be told; a column, a cell or
            an image file is missing; a line has more cells than the header; an image has several labels; a split is
            unknown or not `split`; or a path or link leads out of the folder.
    """
    grid, named = _grid(path), dict(columns or {})
    positions = find_columns(grid, {role: name for role, name in named.items() if role != "split"})
    hot = [] if "label" in positions else one_hot(grid, set(positions.values()))
    if not grid.lines:
        raise ErrataError(f"{path} names no image; add one line filepath,label for each")
    if "label" not in positions and not hot:
        raise no_labels(grid)
    _refuse_gaps(grid, positions)
    splits, split_column, unread = read_splits(grid, named.get("split", ""), (*positions.values(), *hot))
    splits = _of_file(grid, splits, split)
    labels = _one_hot_labels(grid, hot) if hot else grid.column(positions["label"])
    labels, how = single_labels(labels, grid.where)
    images = grid.column(positions["filepath"])
    written = [Written(grid.where(n), image, splits[n]) for n, image in enumerate(images)]
    image_ids, respelt = find_files(path, root or path.parent, written)
    if not any(splits) and (folders := splits_of_folders(image_ids)):
        splits = folders
        unread.append(f"no column says the split; it is that of the folders ({first_few(sorted(set(splits)))})")
    entries = [Entry(*each) for each in zip(image_ids, labels, splits, strict=True)]
    entries, numbers = _with_class_names(entries, (path.parent, root or path.parent))
    if notices is not None:
        said = (_reading(grid, positions, hot, split_column), how, *unread, numbers)
        notices += [f"{path.name}: {sentence}" for sentence in said if sentence]
        notices += [respelt] if respelt else []
    return entries


def _with_class_names(entries: list[Entry], folders: Sequence[Path]) -> tuple[list[Entry], str]:
    """Return the entries with the names that a file beside the table gives numbered classes, and a sentence on it."""
    labels = {entry.label for entry in entries}
    if numbered(list(labels)):
        for folder in folders:
            source, names = names_beside(folder)
            if names:
                return with_names(entries, names, source)
    if "-1" in labels and numbered(list(labels - {"-1"})):
        count = sum(entry.label == "-1" for entry in entries)
        images = f"{counted(count, 'image')} {'has' if count == 1 else 'have'}"
        return entries, f"{images} the label -1, which is taken for a class; remove these lines if it means no label"
    return entries, ""


def check_columns(path: Path, columns: Mapping[str, str]) -> None:
    """Refuse columns that a table does not have.

    Raises:
        ErrataError: as `read_table`, for the file, its header and the splits.
    """
    grid = _grid(path)
    for role, name in columns.items():
        position_of(grid, role, name)


def header_of(path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a table; numbers from 1 where it has no header.

    Raises:
        ErrataError: as `read_table`, for the file.
    """
    return _grid(path).header


def column_of(path: Path, role: str) -> list[str]:
    """Return the cells of the column for the path or the label; of the table, only its columns are checked.

    Raises:
        ErrataError: as `read_table`, for the file and its header.
    """
    grid = _grid(path)
    positions = find_columns(grid, {})
    hot = one_hot(grid, set(positions.values()))
    if role not in positions and not hot:
        raise no_labels(grid)
    return grid.column(positions[role]) if role in positions else _one_hot_labels(grid, hot)


def _grid(path: Path) -> Grid:
    reader = _READERS.get(path.suffix.lower())
    return reader(path) if reader else read_delimited(path, is_header)


def _refuse_gaps(grid: Grid, positions: Mapping[str, int]) -> None:
    for line, (_, cells) in enumerate(grid.lines):
        for role, position in positions.items():
            if not cells[position]:
                raise ErrataError(f"{grid.where(line)} has no {role}; fill it in or remove the line")


def _of_file(grid: Grid, splits: list[str], split: str) -> list[str]:
    """Return the split of each line of a file that lists one split; "" = any."""
    if not split:
        return splits
    for line, said in enumerate(splits):
        if said and said != split:
            raise ErrataError(
                f"{grid.where(line)} has split {said}, but the file lists {split}; move the line to {said}_labels.csv"
            )
    return [split] * len(splits)


def _one_hot_labels(grid: Grid, hot: Sequence[int]) -> list[str]:
    """Return the name of the column that is 1 in each line."""
    ones = [[grid.header[position] for position in hot if is_one(cells[position])] for _, cells in grid.lines]
    several = [line for line, names in enumerate(ones) if len(names) > 1]
    if several:
        several_labels(grid.where(several[0]), ", ".join(ones[several[0]]), len(several), len(ones))
    for line, names in enumerate(ones):
        if not names:
            raise ErrataError(f"{grid.where(line)} has no label: no column is 1; fill it in or remove the line")
    return [names[0] for names in ones]


def _reading(grid: Grid, positions: Mapping[str, int], hot: Sequence[int], split: str) -> str:
    """Return in words how a table was read; "" for a CSV in UTF-8 with the columns filepath, label and split."""
    said = {role: grid.header[position] for role, position in positions.items()}
    if split:
        said["split"] = split
    named = ["the file has no header"] if grid.headless else []
    if not grid.headless and not is_header(grid.header) and not hot:
        named.append(f"the first line names the columns ({first_few(grid.header)})")
    named += [f"{role} is the column {said[role]}" for role in ROLES if role in said and said[role] != role]
    if hot:
        named.append(f"the label is the one of its columns that is 1 ({first_few([grid.header[n] for n in hot])})")
    return "; ".join((*named, *grid.reading))
