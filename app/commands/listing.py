"""Lists as every command prints them: a table with a header, or JSON; and how a data set was read."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from shutil import get_terminal_size
from typing import Annotated, Any

import typer

from app.terminal import tell, visible_json, writes_utf8

Json = Annotated[bool, typer.Option("--json", help="print the list as JSON")]

Shown = Mapping[str, Callable[[Any], str]]  # column -> how its values are written in a table


def print_list(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], as_json: bool, shown: Shown | None = None, end: str = ""
) -> None:
    """Print a list: as JSON all values of all rows, else a table of the columns.

    Numbers are aligned right. On a terminal a line ends with `…` where the terminal does.

    Args:
        columns: of the table, in their order; `_` is written as a space.
        rows: values by column, which JSON can hold; JSON has those of other columns too.
        as_json: whether JSON is printed.
        shown: how the values of a column are written in the table.
        end: a line below the table.
    """
    if as_json:
        print_json(rows)
        return
    for line in table_lines(columns, rows, shown or {}):
        tell(_cut(line))
    if end:
        tell(end)


def tell_notices(notices: Iterable[str]) -> None:
    """Print how a data set was read where that could be meant otherwise, a line for each sentence."""
    for notice in notices:
        tell(_text(notice, None))


def minute(time: str) -> str:
    """Return an ISO time as a table shows it, in the zone it is given in: `2026-01-31 12:00`."""
    return time[:16].replace("T", " ")


def print_json(values: Iterable[Any]) -> None:
    """Print values as a JSON list."""
    import json

    tell(visible_json(json.dumps(list(values), indent=2, ensure_ascii=not writes_utf8(), allow_nan=False)))


def table_lines(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], shown: Shown) -> list[str]:
    """Return the header and a line for each row, cells below one another."""
    cells = [[_text(row.get(name), shown.get(name)) for name in columns] for row in rows]
    lines = [[name.replace("_", " ") for name in columns], *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    right = [any(_is_number(row.get(name)) for row in rows) for name in columns]
    return [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any, shown: Callable[[Any], str] | None) -> str:
    """Return a value in one line; control characters are written out, since names come from files."""
    if shown and value is not None:
        text = shown(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        text = f"{value:,}"
    elif isinstance(value, list | tuple):
        text = ", ".join(map(str, value))
    else:
        text = "-" if value is None else str(value)
    return text if text.isprintable() else ascii(text)


def _cut(line: str) -> str:
    """Return a line that fits the terminal; the whole line where the output goes elsewhere."""
    width = get_terminal_size().columns
    return line if len(line) <= width or not sys.stdout.isatty() else f"{line[: width - 1]}…"
