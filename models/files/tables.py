"""CSV tables, written whole or not at all: letter for letter for programs, without formulas for people."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.files.atomic import write_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets compute where a cell begins with it


class _Lines(list[str]):
    """The lines of a table as a file to write to.

    Python quotes a carriage return only where it ends lines, too: readers would take it for a line's end in any case.
    """

    def write(self, line: str) -> int:
        self.append(line.removesuffix("\r\n") + "\n")
        return len(line)


def csv_text(columns: Sequence[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV with a head; the parts of a cell that is a list or tuple are joined by `|`."""
    text = _Lines()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return "".join(text)


def csv_for_people(columns: Sequence[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table as `csv_text` does, for a spreadsheet: an apostrophe stands before what it would compute.

    Names of files, classes and reviewers come from anybody, and a formula can send a table's content elsewhere.
    """
    return csv_text(columns, ([_harmless(_cell(value)) for value in line] for line in lines))


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Iterable[object]]) -> None:
    """Write a table as `csv_text` has it.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_text(path, csv_text(columns, lines))


def write_csv_for_people(path: Path, columns: Sequence[str], lines: Iterable[Iterable[object]]) -> None:
    """Write a table as `csv_for_people` has it; raise as `write_csv` does."""
    write_text(path, csv_for_people(columns, lines))


def _cell(value: object) -> object:
    return "|".join(map(str, value)) if isinstance(value, list | tuple) else value


def _harmless(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value if value.strip() == value else f"'{value}"  # a number, as -0.25
