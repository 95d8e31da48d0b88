"""Which columns of a table name the images and their labels: by their names, else by what they hold."""

import re
from collections.abc import Mapping, Sequence

from curation.datasets.split_words import flag_of
from curation.datasets.tables.grid import Grid, plain, position_of, tokens
from curation.datasets.tables.image_names import is_image_name
from curation.datasets.tables.splits import is_bare_flag, says_split
from curation.words import first_few
from models.errors import ErrataError, unknown

ROLES = ("filepath", "label", "split")
PATHS = (  # names of columns, without case, blanks and marks; the first of them that a table has is read
    *(
        "filepath",
        "imagepath",
        "imgpath",
        "relativepath",
        "relpath",
        "path",
        "filename",
        "imagefilename",
        "imgfilename",
    ),
    *(
        "imagefile",
        "imgfile",
        "imagename",
        "imgname",
        "file",
        "image",
        "img",
        "picture",
        "photo",
        "photograph",
        "fname",
    ),
    *("fullpath", "absolutepath", "abspath", "location", "uri", "url", "imageid", "imgid", "name", "id"),
)
LABELS = (
    *("label", "labelname", "classname", "categoryname", "targetname", "class", "category", "target", "groundtruth"),
    *("gt", "truth", "truelabel", "classlabel", "y", "ytrue", "annotation", "tag", "tagname", "classification"),
    *("classes", "labels", "categories", "targets", "tags", "labelid", "classid", "categoryid", "targetid", "labelidx"),
    *("classidx", "classindex", "labelindex", "classnumber", "labelnumber"),
)
_NUMBER = re.compile(r"-?\d+(\.0*)?")
_ONES = {"0": False, "0.0": False, "1": True, "1.0": True, "false": False, "true": True}


def is_header(names: Sequence[str]) -> bool:
    """Return whether the names of columns are those of a table of labels: one for the path, one for the label."""
    words = [plain(name) for name in names]
    return not any(map(is_image_name, names)) and any(w in PATHS for w in words) and any(w in LABELS for w in words)


def checked_columns(text: str) -> dict[str, str]:
    """Return role -> name of column of a text `filepath=X,label=Y`; "" -> {}.

    Raises:
        ErrataError: it is written in another way, or names an unknown role or one twice.
    """
    columns: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        role, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise ErrataError(f"--columns {text!r} cannot be read; write --columns filepath=NAME,label=NAME,split=NAME")
        if role not in ROLES:
            raise unknown("role of a column", role, ROLES)
        if role in columns:
            raise ErrataError(f"--columns {text!r} names {role} twice; name one column")
        columns[role] = name
    return columns


def find_columns(grid: Grid, given: Mapping[str, str]) -> dict[str, int]:
    """Return role -> position: `filepath`, and `label` where a single column holds the labels.

    Args:
        grid: the table.
        given: role -> name, as a person named them; of ROLES.

    Raises:
        ErrataError: the image paths or the labels may stand in several columns, or in none.
    """
    columns = {role: position_of(grid, role, name) for role, name in given.items()}
    if "filepath" not in columns:
        columns["filepath"] = _path_column(grid, set(columns.values()))
    if "label" not in columns:
        label = _label_column(grid, set(columns.values()))
        if label is not None:
            columns["label"] = label
    return columns


def one_hot(grid: Grid, taken: set[int]) -> list[int]:
    """Return the positions of one-hot columns, two or more that hold 0 and 1 only; [] where there are none."""
    free = [n for n in _free(grid, taken) if grid.lines and all(c.lower() in _ONES for c in set(grid.column(n)))]
    classes = [n for n in free if not is_bare_flag(grid, n)]
    if len(classes) > 1 and all(sum(is_one(cells[n]) for n in classes) == 1 for _, cells in grid.lines):
        return classes  # and the columns `train`, `test` say the split
    return free if len(free) > 1 else []


def is_one(cell: str) -> bool:
    """Return whether a cell of a one-hot column is 1."""
    return _ONES[cell.lower()]


def _path_column(grid: Grid, taken: set[int]) -> int:
    _refuse_twice(grid, "filepath")
    if "filepath" in grid.header:
        return grid.header.index("filepath")
    free = _free(grid, taken)
    images = [position for position in free if _names_images(grid, position)]
    named = sorted((PATHS.index(plain(grid.header[n])), n) for n in free if plain(grid.header[n]) in PATHS)
    for _, position in named:
        if position in images or not images:
            return position
    if len(images) == 1:
        return images[0]
    raise _undecided(grid, "filepath", "the paths of the images", [grid.header[position] for position in images])


def _label_column(grid: Grid, taken: set[int]) -> int | None:
    _refuse_twice(grid, "label")
    free = _free(grid, taken)
    words = {position: plain(grid.header[position]) for position in free}
    named = [position for position in free if words[position] in LABELS]
    exact = next((position for position in free if grid.header[position] == "label"), None)
    if exact is not None:
        return _better_named(grid, exact, [n for n in named if n != exact])
    if len(named) > 1:
        names = [n for n in named if not _all_numbers(grid, n)]
        if len(names) == 1 and all(_one_to_one(grid, names[0], n) for n in named if n != names[0]):
            named = names
    if len(named) > 1:
        raise _undecided(grid, "label", "the labels", [grid.header[position] for position in named])
    if named:
        return named[0]
    others = [n for n in free if words[n] not in PATHS and words[n] and not is_bare_flag(grid, n)]
    if grid.headless:
        path = max(taken)
        others = [n for n in others if n > path or not _counts_lines(grid, n)]
        names = [n for n in others if not _all_numbers(grid, n)]  # beside boxes, as in the lists of Tiny ImageNet
        others = names if len(names) == 1 else others
    return others[0] if len(others) == 1 else None


def _better_named(grid: Grid, label: int, others: Sequence[int]) -> int:
    """Return the column with the names of the classes where `label` holds their numbers, one for each name."""
    if not _all_numbers(grid, label):
        return label
    names = [n for n in others if not _all_numbers(grid, n) and _one_to_one(grid, label, n)]
    return names[0] if len(names) == 1 else label


def _free(grid: Grid, taken: set[int]) -> list[int]:
    """Return the columns that are neither taken nor say a split."""
    return [n for n, name in enumerate(grid.header) if n not in taken and not says_split(grid, n) and not flag_of(name)]


def _names_images(grid: Grid, position: int) -> bool:
    cells = [cell for cell in grid.column(position) if cell]
    return bool(cells) and all(map(is_image_name, cells))


def _all_numbers(grid: Grid, position: int) -> bool:
    return all(_NUMBER.fullmatch(cell) for cell in set(grid.column(position)))


def _one_to_one(grid: Grid, first: int, second: int) -> bool:
    pairs = set(zip(grid.column(first), grid.column(second), strict=True))
    return len(pairs) == len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs})


def _counts_lines(grid: Grid, position: int) -> bool:
    """Return whether a column numbers the lines, as the first one of an MXNet list does."""
    cells = grid.column(position)
    return _all_numbers(grid, position) and len(set(cells)) == len(cells) > 1


def _refuse_twice(grid: Grid, name: str) -> None:
    if (count := grid.header.count(name)) > 1:
        raise ErrataError(f"{grid.path} has the column {name} {count} times; keep one of them")


def first_columns(names: Sequence[str]) -> str:
    """Return the names of columns, of a wide table the first 30, each cut to 80 characters."""
    return ", ".join(name[:80] for name in names[:30]) + (", …" if len(names) > 30 else "")


def _undecided(grid: Grid, role: str, what: str, candidates: Sequence[str]) -> ErrataError:
    columns = first_columns(grid.header)
    if candidates:
        return ErrataError(
            f"{grid.path} has {what} in {' or '.join(candidates)}; name one: --columns {role}={candidates[0]}"
        )
    return ErrataError(
        f"{grid.path} has no column {role} (its columns: {columns}); name the column that has {what}: "
        f"--columns {role}=NAME"
    )


def no_labels(grid: Grid) -> ErrataError:
    """Return the error for a table without labels."""
    if grid.headless and len(grid.header) > 2:
        number, cells = grid.lines[0]
        return ErrataError(
            f"{grid.path} has no header, and line {number} {len(cells)} cells ({first_few(cells)}); put a label that "
            "contains a comma in double quotes, or name the column: --columns label=NUMBER"
        )
    like = [grid.header[n] for n in _free(grid, set()) if tokens(grid.header[n]) & set(LABELS)]
    return _undecided(grid, "label", "the labels", like)
