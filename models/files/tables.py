"""CSV tables, written whole or not at all."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.files.atomic import write_text


def csv_text(columns: Sequence[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV with a head; the parts of a cell that is a list or tuple are joined by `|`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return text.getvalue()


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Iterable[object]]) -> None:
    """Write a table as `csv_text` has it.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_text(path, csv_text(columns, lines))


def _cell(value: object) -> object:
    return "|".join(map(str, value)) if isinstance(value, list | tuple) else value
