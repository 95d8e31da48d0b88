"""The split of each line of a table, from whichever column says it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from curation.datasets.rows import SPLITS
from curation.datasets.split_words import COLUMNS, FALSE, TRUE, flag_of, split_of, split_of_flags
from curation.datasets.tables.grid import Grid, plain, position_of, tokens
from curation.words import first_few
from models.errors import ErrataError, unknown

PARTS = frozenset(("split", "splits", "subset", "partition", "fold", "folds", "kfold"))  # of such names
_split_of = lru_cache(maxsize=1_000)(split_of)


def says_split(grid: Grid, position: int) -> bool:
    """Return whether a column is there to say the split.

    It is where all its cells are words for splits, train and another, or where its name is a word for it and one of
    its cells a split.
    """
    name = plain(grid.header[position])
    if name == "split":
        return True
    cells = grid.column(position)
    if name in COLUMNS or PARTS & tokens(grid.header[position]):
        return any(map(_split_of, set(cells)))
    if name in ("filepath", "label") or not cells or not _split_of(cells[0]):
        return False
    splits = set(map(_split_of, cells))
    return None not in splits and "train" in splits and len(splits) > 1


def read_splits(grid: Grid, given: str = "", taken: Sequence[int] = ()) -> tuple[list[str], str, list[str]]:
    """Return the split of each line ("" where the table says none), the columns that say it, and what is not read.

    Args:
        grid: the table.
        given: the name of the column, as a person named it; "" = any column whose name is a word for it.
        taken: positions of columns that are read as something else.

    Raises:
        ErrataError: a cell is no split, or two columns disagree.
    """
    if given:
        position = position_of(grid, "split", given)
        named = _flag_columns(grid, [position]) if _is_flag(grid, position) else _words(grid, position)
        return named, grid.header[position], []
    if grid.header.count("split") > 1:
        raise ErrataError(f"{grid.path} has the column split {grid.header.count('split')} times; keep one of them")
    free = [position for position in range(len(grid.header)) if position not in taken]
    sources: dict[str, list[str]] = {
        grid.header[position]: _words(grid, position) for position in free if says_split(grid, position)
    }
    flags = [position for position in free if flag_of(grid.header[position])]
    flags = flags or _one_of_three(grid, free)
    if flags:
        sources[" and ".join(grid.header[position] for position in flags)] = _flag_columns(grid, flags)
    unread = [_unread(grid, n) for n in free if _is_unread(grid, n, flags)]
    if not sources:
        return [""] * len(grid.lines), "", unread
    (name, splits), *others = sources.items()
    for other, its_splits in others:
        line = next((n for n, (a, b) in enumerate(zip(splits, its_splits, strict=True)) if a != b), None)
        if line is not None:
            raise ErrataError(
                f"{grid.where(line)}: the column {name} says {splits[line]}, but {other} says {its_splits[line]}; "
                f"remove one of the columns, or name one: --columns split={name}"
            )
    return splits, name, unread


def splits_of_folders(image_ids: Sequence[str]) -> list[str]:
    """Return the split that each image's folders say; [] unless they say one of all images, and train and another."""
    kept: dict[str, str] = {}
    splits = []
    for image_id in image_ids:
        folder = image_id.rpartition("/")[0]
        if folder not in kept:
            kept[folder] = next((split for part in folder.split("/") if (split := split_of(part))), "")
        splits.append(kept[folder])
    said = set(splits)
    return splits if "" not in said and "train" in said and len(said) > 1 else []


def _words(grid: Grid, position: int) -> list[str]:
    """Return the splits of a column of words."""
    column = grid.column(position)
    splits = {cell: split_of(cell) for cell in set(column)}
    for line, cell in enumerate(column):
        if not cell:
            raise ErrataError(f"{grid.where(line)} has no split; fill it in or remove the line")
        if splits[cell] is None:
            raise ErrataError(f"{grid.where(line)}: {unknown('split', cell, SPLITS)}")
    return [splits[cell] or "" for cell in column]


def _flag_columns(grid: Grid, positions: Sequence[int]) -> list[str]:
    """Return the splits that columns of truth values say together."""
    names = {n: grid.header[n] if flag_of(grid.header[n]) else f"is_{grid.header[n]}" for n in positions}
    kept: dict[tuple[str, ...], str | None] = {}
    splits = []
    for line, (_, cells) in enumerate(grid.lines):
        values = tuple(cells[position] for position in positions)
        if values not in kept:
            kept[values] = split_of_flags(_named(names, positions, values))
        split = kept[values]
        if split is None:
            said = ", ".join(f"{grid.header[n]} {value!r}" for n, value in zip(positions, values, strict=True))
            raise ErrataError(f"{grid.where(line)}: {said} says no split; write true or false, and true at most once")
        splits.append(split)
    return splits


def _named(names: Mapping[int, str], positions: Sequence[int], values: Sequence[str]) -> dict[str, str]:
    return {names[position]: value for position, value in zip(positions, values, strict=True)}


def _one_of_three(grid: Grid, free: Sequence[int]) -> list[int]:
    """Return the columns train, val and test, or two of them, where they hold truth values and one is true."""
    positions = [n for n in free if split_of(grid.header[n]) and _is_flag(grid, n)]
    if len(positions) < 2 or len({split_of(grid.header[n]) for n in positions}) < len(positions):
        return []
    ones = (sum(cells[n].lower() in TRUE for n in positions) for _, cells in grid.lines)
    return positions if all(count == 1 for count in ones) else []


def _is_flag(grid: Grid, position: int) -> bool:
    cells = {cell.lower() for cell in grid.column(position)}
    return bool(cells) and cells <= TRUE | FALSE


def _is_unread(grid: Grid, position: int, flags: Sequence[int]) -> bool:
    """Return whether a column may be meant as a split, but is not read."""
    name = grid.header[position]
    if position in flags or says_split(grid, position):
        return False
    return plain(name) in COLUMNS or bool(PARTS & tokens(name)) or bool(split_of(name) and _is_flag(grid, position))


def _unread(grid: Grid, position: int) -> str:
    values = first_few(sorted(set(grid.column(position))))
    return f"the column {grid.header[position]} names no split ({values}) and is not read"
