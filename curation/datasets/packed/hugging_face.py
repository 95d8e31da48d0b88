"""Data sets of the `datasets` library of Hugging Face: saved ones, and Parquet files with the bytes of images."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.datasets.packed.images import Packed, PackedImage
from curation.datasets.split_words import split_of
from curation.datasets.tables.columns import LABELS
from curation.datasets.tables.grid import plain
from curation.datasets.tables.records import class_labels, class_names, named
from models.errors import ErrataError

_SHARD = re.compile(r"(.*?)[-_.]?\d+([-_]of[-_]\d+)?(-[0-9a-f]{8,})?")
_AT_ONCE = 64  # rows


@dataclass(frozen=True)
class _File:
    """An Arrow or Parquet file of a data set."""

    path: Path
    part: str  # the name of the split as the data set has it, "" = none


def is_hugging_face(folder: Path) -> bool:
    """Return whether a folder was written by `save_to_disk`, or holds Parquet or Arrow files and a description."""
    if (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file():
        return True
    return bool(parquet_files(folder)) or ((folder / "dataset_info.json").is_file() and any(folder.glob("*.arrow")))


def parquet_files(path: Path) -> list[Path]:
    """Return the Parquet files of a folder, at most two folders deep, or the file itself."""
    if path.is_file():
        return [path] if path.suffix.lower() == ".parquet" else []
    return sorted(
        file
        for pattern in ("*.parquet", "*/*.parquet", "*/*/*.parquet")
        for file in path.glob(pattern)
        if file.is_file()
    )


def has_images(path: Path) -> bool:
    """Return whether a Parquet table holds the bytes of images; a table that names image files does not.

    Raises:
        ErrataError: it cannot be read.
    """
    schema = _reading(path, lambda parquet: parquet.read_schema(path))
    return any(_is_image(field.type) for field in schema)


def files_of(path: Path) -> list[Path]:
    """Return the files that a data set consists of, to tell whether it changed."""
    return [file.path for file in _files(path)]


def read_hugging_face(path: Path, columns: Mapping[str, str]) -> Packed:
    """Return the images of a data set; the split of each file is its folder's or its own name.

    Args:
        path: the folder, or a Parquet file.
        columns: role -> column, `filepath` (the image) and `label`, where they are not to be found by their types.

    Raises:
        ErrataError: it holds no image bytes, the columns cannot be told, or a file is damaged.
    """
    files = _files(path)
    known = {file.part: split_of(file.part) or "" for file in files}
    chosen = [file for file in files if known[file.part]] or files
    notices = []
    if left := sorted({file.part for file in files} - {file.part for file in chosen}):
        notices.append(f"{path.name}: {', '.join(left)} names no split and is left out")
    names = _class_names(path)
    first = _schema(chosen[0].path)
    names = {**class_names(first.metadata), **names}
    image, label = _columns(path, first, names, columns)
    if label != "label":
        notices.append(f"{path.name}: label is the column {label}")
    total = sum(_rows(file.path) for file in chosen)
    images = (
        PackedImage(*each, known[file.part]) for file in chosen for each in _images(file.path, image, label, names)
    )
    return Packed(images, total, notices)


def _files(path: Path) -> list[_File]:
    """Return the files of a data set with the names of their splits."""
    listed = _json(path / "dataset_dict.json").get("splits", []) if path.is_dir() else []
    if listed:
        return [_File(file.path, str(split)) for split in listed for file in _files(path / str(split))]
    if path.is_dir() and (state := _json(path / "state.json")):
        names = [str(entry["filename"]) for entry in state.get("_data_files", [])]
        part = str(state.get("_split") or "")
        return [_File(path / Path(name).name, part) for name in names]
    files = parquet_files(path) or sorted(path.glob("*.arrow"))
    if not files:
        raise ErrataError(f"{path} holds no data set of the `datasets` library: no Parquet and no Arrow file")
    return [_File(file, _part(file, path)) for file in files]


def _part(file: Path, root: Path) -> str:
    """Return the split that a file's name or folder says: train-00000-of-00002.parquet, test/0000.parquet."""
    shard = _SHARD.fullmatch(file.stem)
    stem = shard[1] if shard else file.stem
    folder = file.parent.name if file.parent != root else ""
    for name in (stem, stem.rpartition("-")[2], folder):
        if split_of(name):
            return name
    return stem or folder


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ErrataError(f"{path} cannot be read ({error}); save the data set again") from error
    return content if isinstance(content, dict) else {}


def _class_names(path: Path) -> dict[str, list[str]]:
    """Return column -> class names, from the description beside the files."""
    folder = path if path.is_dir() else path.parent
    for description in (folder / "dataset_info.json", *sorted(folder.glob("*/dataset_info.json"))):
        if names := class_labels(_json(description).get("features") or {}):
            return names
    return {}


def _columns(path: Path, schema: Any, names: Mapping[str, Sequence[str]], given: Mapping[str, str]) -> tuple[str, str]:
    """Return the columns of the image and of the label."""
    images = [field.name for field in schema if _is_image(field.type)]
    labels = [name for name in schema.names if name in names] or [
        name for name in schema.names if plain(name) in LABELS and name not in images
    ]
    labels = ["label"] if "label" in labels else labels
    chosen = []
    for role, what, candidates in (("filepath", "images", images), ("label", "labels", labels)):
        column = given.get(role) or (candidates[0] if len(candidates) == 1 else "")
        if column not in schema.names:
            where = f"in {' or '.join(candidates)}" if candidates else "in no column that is known"
            example = candidates[0] if candidates else "NAME"
            raise ErrataError(
                f"{path} has its {what} {where} (its columns: {', '.join(schema.names)}); name the column: "
                f"--columns {role}={example}"
            )
        chosen.append(column)
    return chosen[0], chosen[1]


def _is_image(kind: Any) -> bool:
    """Return whether a column holds image bytes: `{bytes, path}` as `datasets` writes it, or bytes alone."""
    from pyarrow import types

    if types.is_struct(kind):
        return any(field.name == "bytes" for field in kind)
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _schema(path: Path) -> Any:
    if path.suffix.lower() == ".parquet":
        return _reading(path, lambda parquet: parquet.read_schema(path))
    with _arrow(path) as reader:
        return reader.schema


def _rows(path: Path) -> int:
    if path.suffix.lower() == ".parquet":
        return int(_reading(path, lambda parquet: parquet.ParquetFile(path).metadata.num_rows))
    with _arrow(path) as reader:
        return sum(batch.num_rows for batch in reader)


def _images(path: Path, image: str, label: str, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bytes, str]]:
    """Yield (name, content, label) of each row of a file."""
    for batch in _batches(path, [image, label]):
        for picture, value in zip(batch.column(image).to_pylist(), batch.column(label).to_pylist(), strict=True):
            content = picture.get("bytes") if isinstance(picture, dict) else picture
            if not content:
                raise ErrataError(f"{path} names image files but does not hold them; save the data set with its images")
            name = (picture.get("path") or "") if isinstance(picture, dict) else ""
            yield str(name), bytes(content), _label(value, names.get(label, ()))


def _label(value: Any, names: Sequence[str]) -> str:
    """Return the label of a value; "" for none and for -1, which stands for it."""
    value = named(value, names)
    return "" if value is None or value == -1 else str(value).strip()


def _batches(path: Path, columns: list[str]) -> Iterator[Any]:
    if path.suffix.lower() == ".parquet":
        yield from _reading(path, lambda parquet: parquet.ParquetFile(path)).iter_batches(_AT_ONCE, columns=columns)
        return
    with _arrow(path) as reader:
        yield from (batch.select(columns) for batch in reader)


def _reading(path: Path, read: Any) -> Any:
    import pyarrow
    from pyarrow import parquet

    try:
        return read(parquet)
    except (OSError, pyarrow.ArrowException) as error:
        raise ErrataError(f"{path} cannot be read as Parquet; download or write it again") from error


def _arrow(path: Path) -> Any:
    import pyarrow

    try:
        return pyarrow.ipc.open_stream(pyarrow.memory_map(str(path)))
    except (OSError, pyarrow.ArrowException) as error:
        raise ErrataError(f"{path} cannot be read as Arrow; save the data set again") from error
