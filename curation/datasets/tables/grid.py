"""A table as text, before anything is understood: columns and lines."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrataError, unknown

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Grid:
    """The cells of a table; every line has one cell for each column."""

    path: Path
    header: tuple[str, ...]  # names of the columns, stripped; "1", "2", … where the file has no header
    lines: Sequence[tuple[int, Sequence[str]]]  # number in the file from 1, cells, stripped; blank lines are left out
    headless: bool = False  # the file names no columns
    reading: tuple[str, ...] = ()  # how the file was read, where a plain CSV in UTF-8 needs no word

    def where(self, line: int) -> str:
        """Return the place of a line, 0..len(lines)-1, for messages: `labels.csv line 7`."""
        return f"{self.path} line {self.lines[line][0]}"

    def column(self, position: int) -> list[str]:
        """Return the cells of a column."""
        return [cells[position] for _, cells in self.lines]


def plain(name: str) -> str:
    """Return the name of a column without case, blanks and marks: `File Name`, `file_name` -> `filename`."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name).lower())


def tokens(name: str) -> set[str]:
    """Return the words of the name of a column in lower case: `fineLabel`, `fine_label` -> {"fine", "label"}."""
    return {word.lower() for word in _MARKS.split(_HUMP.sub(" ", name)) if word}


def position_of(grid: Grid, role: str, name: str) -> int:
    """Return the position of a column that a person named for a role: by its name, else by its number from 1.

    Raises:
        ErrataError: there is no such column, or two of that name.
    """
    for names, wanted in ((grid.header, name), ([plain(each) for each in grid.header], plain(name))):
        if list(names).count(wanted) == 1:
            return list(names).index(wanted)
        if list(names).count(wanted) > 1:
            raise ErrataError(f"{grid.path} has the column {name} {list(names).count(wanted)} times; keep one of them")
    if name.isdigit() and 0 < int(name) <= len(grid.header):
        return int(name) - 1
    raise ErrataError(f"{grid.path}, column for {role}: {unknown('column', name, grid.header)}")
