"""Tables of objects: JSON Lines, JSON and Parquet."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curation.datasets.tables.decoding import decoded
from curation.datasets.tables.grid import Grid
from curation.datasets.tables.json_lists import as_objects
from models.errors import ErrataError


def read_json_lines(path: Path) -> Grid:
    """Return the cells of a file with an object a line, or of a JSON list of objects or what `as_objects` knows.

    Raises:
        ErrataError: the file cannot be read, is no JSON, or holds something else than objects.
    """
    try:
        text, _ = decoded(str(path), path.read_bytes())
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error
    objects: list[tuple[int, Any]] = []
    if path.suffix.lower() == ".json":
        content = as_objects(_parsed(path, 1, text))
        objects = list(enumerate(content if isinstance(content, list) else [content], 1))
    else:
        lines = enumerate(text.splitlines(), 1)
        objects = [(number, _parsed(path, number, line)) for number, line in lines if line.strip()]
    for number, value in objects:
        if not isinstance(value, dict):
            raise ErrataError(
                f'{path}, entry {number} is no object; write {{"filepath": …, "label": …}} for each image'
            )
    return _grid(path, objects)


def read_parquet(path: Path) -> Grid:
    """Return the cells of a Parquet table, classes by their names where the table has them.

    Raises:
        ErrataError: the file cannot be read, or is no Parquet.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read()
    except (OSError, pyarrow.ArrowException) as error:
        raise ErrataError(f"{path} cannot be read as Parquet ({_first_line(error)}); write it again") from error
    names = class_names(table.schema.metadata)
    objects: list[tuple[int, Any]] = list(enumerate(table.to_pylist(), 1))
    for _, row in objects:
        row.update({column: named(row[column], names[column]) for column in names.keys() & row.keys()})
    return _grid(path, objects)


def class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Return column -> class names, as the `datasets` library notes them in the metadata of a table."""
    try:
        features = json.loads((metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return class_labels(features)


def class_labels(features: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return column -> class names of a description of features, as the `datasets` library writes it."""
    return {
        column: [str(name) for name in feature["names"]]
        for column, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and isinstance(feature.get("names"), list)
    }


def named(value: Any, names: Sequence[str]) -> Any:
    """Return the name of a class that is given by its number; anything else, as -1 for no class, as it stands."""
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else value


def _parsed(path: Path, number: int, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ErrataError(f"{path} line {number} is not JSON ({error}); correct that line") from error


def _grid(path: Path, objects: Sequence[tuple[int, Mapping[str, Any]]]) -> Grid:
    header = tuple(dict.fromkeys(str(key) for _, row in objects for key in row))
    if not objects:
        raise ErrataError(f"{path} is empty; it needs the columns filepath,label[,split]")
    return Grid(path, header, [(number, [_cell(row.get(key)) for key in header]) for number, row in objects])


def _cell(value: Any) -> str:
    """Return a value as text; of a list or object with one entry, that entry."""
    if value is None:
        return ""
    if isinstance(value, list):
        return (
            _cell(value[0]) if len(value) == 1 else json.dumps(value, ensure_ascii=False, default=str) if value else ""
        )
    if isinstance(value, dict):
        path = value.get("path")
        return path if isinstance(path, str) else json.dumps(value, ensure_ascii=False, default=str)
    return str(value).strip()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
