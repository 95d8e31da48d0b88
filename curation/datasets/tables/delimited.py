"""CSV and its kin: text tables whose cells are separated by commas, semicolons, tabs, bars or blanks."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from curation.datasets.tables.decoding import decoded
from curation.datasets.tables.grid import Grid
from curation.datasets.tables.image_names import is_image_name
from curation.words import counted
from models.errors import ErrataError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_PREFERRED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # the first line of what some spreadsheets write
_COMMENTS = re.compile(r"(#[^\n]*\n)+")  # at the beginning
_Lines = list[tuple[int, list[str]]]


def read_delimited(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Grid:
    """Return the cells of a text table.

    The separator is the one with which the header names the columns that are needed, else the only one that gives
    every line the same number of cells. A file whose first line names an image has no header.

    Args:
        path: the file.
        is_header: whether names of columns are those of a table of labels.

    Raises:
        ErrataError: the file is unreadable, empty, in no known encoding or no table, or a line has more or fewer cells
            than the header.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error
    text, encoding = decoded(str(path), content)
    given = _SEP.match(text)
    if given:
        text = text[given.end() :]
    comments = _COMMENTS.match(text)
    if comments and not is_header(re.split(r"[,;\t|]", comments[0].splitlines()[-1])):
        text = "\n" * comments[0].count("\n") + text[comments.end() :]
    delimiter = given[1] if given else _delimiter(path, text, is_header)
    lines = _cells(path, text, delimiter, 1 if given else 0)
    if not lines:
        raise ErrataError(f"{path} is empty; it needs the columns filepath,label[,split]")
    header, headless = lines[0][1], False
    if not is_header(header) and any(is_image_name(cell) for cell in header):
        headless = True
        header = [str(position + 1) for position in range(len(header))]
    body = lines if headless else lines[1:]
    if not headless and _has_row_names(header, body):
        header = ["", *header]
    body = [(number, _filled(path, number, cells, header, delimiter)) for number, cells in body]
    words = DELIMITERS.get(delimiter, "blanks" if delimiter == " " else repr(delimiter))
    reading = [] if delimiter == "," else [f"separated by {words}"]
    return Grid(path, tuple(header), body, headless, (*reading, *([f"encoded in {encoding}"] if encoding else [])))


def _delimiter(path: Path, text: str, is_header: Callable[[Sequence[str]], bool]) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    present = [delimiter for delimiter in DELIMITERS if delimiter in first]
    named = [delimiter for delimiter in present if is_header(_split(first, delimiter))]
    if len(named) == 1:
        return named[0]
    even = [delimiter for delimiter in present if _is_even(path, text, delimiter)]
    preferred = _PREFERRED.get(path.suffix.lower(), "")
    if len(even) > 1 and preferred not in even:
        kinds = " or by ".join(DELIMITERS[delimiter] for delimiter in even)
        raise ErrataError(f"the cells of {path} may be separated by {kinds}; save it with commas and a header")
    if even:
        return preferred if preferred in even else even[0]
    if not present and is_image_name(first.rpartition(" ")[0]):
        return " "  # PATH LABEL, as Caffe and ImageNet list images
    return preferred if preferred in present else (present or [","])[0]


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]


def _is_even(path: Path, text: str, delimiter: str) -> bool:
    """Return whether a delimiter cuts all lines into the same number of cells, two or more."""
    try:
        lengths = {len(cells) for _, cells in _cells(path, text, delimiter, 0)}
    except ErrataError:
        return False
    return len(lengths) == 1 and lengths.pop() > 1


def _cells(path: Path, text: str, delimiter: str, skipped: int) -> _Lines:
    """Return (line number, cells) of each line that is not blank; cells are stripped."""
    if delimiter == " ":
        numbered = enumerate(text.splitlines(), 1 + skipped)
        return [(number, line.strip().rsplit(maxsplit=1)) for number, line in numbered if line.strip()]
    # strict: else an unclosed quote takes in the rest of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return [
            (reader.line_num + skipped, [cell.strip() for cell in cells])
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise ErrataError(f"{path} line {reader.line_num + skipped} is not CSV ({error}); correct that line") from error


def _has_row_names(header: Sequence[str], body: _Lines) -> bool:
    """Return whether the lines are numbered in a column that the header leaves out, as R writes tables."""
    return all(
        len(cells) == len(header) + 1 and cells[0] == str(number) for number, (_, cells) in enumerate(body, 1)
    ) and bool(body)


def _filled(path: Path, number: int, cells: list[str], header: Sequence[str], delimiter: str) -> list[str]:
    """Return a line with one cell for each column; refuse a line with more cells, whose label may be cut."""
    extra = len(cells) - len(header)
    if extra > 0 and any(cells[len(header) :]):
        columns = f"{'is' if len(header) == 1 else 'are'} {counted(len(header), 'column')}"
        raise ErrataError(
            f"{path} line {number} has {len(cells)} cells, but there {columns} "
            f"({', '.join(header)}); put a cell that contains {delimiter!r} in double quotes"
        )
    return cells[: len(header)] + [""] * -extra
