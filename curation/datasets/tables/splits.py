"""The split of each line of a table, from whichever column says it."""

from collections.abc import Sequence
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
    if flags := _flags(grid, free):
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
    marks = [n for n in positions if _is_marked(grid, n)]
    kept: dict[tuple[str, ...], str | None] = {}
    splits = []
    for line, (_, cells) in enumerate(grid.lines):
        values = tuple(cells[n] or ("0" if n in marks else "") for n in positions)
        if values not in kept:
            kept[values] = split_of_flags([(grid.header[n], value) for n, value in zip(positions, values, strict=True)])
        split = kept[values]
        if split is None:
            said = ", ".join(f"{grid.header[n]} {value!r}" for n, value in zip(positions, values, strict=True))
            raise ErrataError(f"{grid.where(line)}: {said} says no split; write true or false, and true at most once")
        splits.append(split)
    return splits


def _flags(grid: Grid, free: Sequence[int]) -> list[int]:
    """Return the columns of truth values that say the split: `is_valid`, `test`; `valid` beside train or test only."""
    named = [n for n in free if flag_of(grid.header[n])]
    bare = [n for n in free if _split_of(grid.header[n]) and n not in named and not says_split(grid, n)]
    for position in bare:
        _refuse_half_flag(grid, position)
    bare = [n for n in bare if _is_flag(grid, n)]
    sound = [n for n in bare if plain(grid.header[n]) == "valid"]  # may also say that an image is sound
    others = [n for n in bare if n not in sound]
    together = [*named, *bare]
    ones = (sum(cells[n].lower() in TRUE for n in together) for _, cells in grid.lines)
    return together if others and sound and all(count == 1 for count in ones) else [*named, *others]


def is_bare_flag(grid: Grid, position: int) -> bool:
    """Return whether a column holds truth values under the word for a split: `train`, `test`, `validation`."""
    return bool(_split_of(grid.header[position])) and _is_flag(grid, position)


def _is_flag(grid: Grid, position: int) -> bool:
    cells = {cell.lower() for cell in grid.column(position)}
    return bool(cells) and (cells <= TRUE | FALSE or _is_marked(grid, position))


def _is_marked(grid: Grid, position: int) -> bool:
    """Return whether a column marks some lines, with a word for true, and leaves all others empty."""
    cells = {cell.lower() for cell in grid.column(position)}
    return "" in cells and bool(cells - {""}) and cells - {""} <= TRUE


def _refuse_half_flag(grid: Grid, position: int) -> None:
    """Refuse a column named as a split, of which most cells but not all are truth values."""
    if _is_flag(grid, position):
        return
    cells = [cell.lower() for cell in grid.column(position)]
    if sum(cell in TRUE | FALSE for cell in cells) * 2 <= len(cells) or not TRUE & set(cells) or not FALSE & set(cells):
        return
    line = next(line for line, cell in enumerate(cells) if cell not in TRUE | FALSE)
    raise ErrataError(
        f"{grid.where(line)}: {grid.header[position]} {cells[line]!r} is neither true nor false, as the others of that "
        "column; correct it, or name the column of the splits: --columns split=NAME"
    )


def _is_unread(grid: Grid, position: int, flags: Sequence[int]) -> bool:
    """Return whether a column may be meant as a split, but is not read."""
    name = grid.header[position]
    if position in flags or says_split(grid, position):
        return False
    return plain(name) in COLUMNS or bool(PARTS & tokens(name)) or bool(split_of(name) and _is_flag(grid, position))


def _unread(grid: Grid, position: int) -> str:
    values = first_few(sorted(set(grid.column(position))))
    return f"the column {grid.header[position]} names no split ({values}) and is not read"
