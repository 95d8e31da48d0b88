"""Names for classes that a data set numbers: a list beside the images, or that of datasets.yaml."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from curation.datasets.entries import Entry
from curation.datasets.tables.decoding import decoded
from curation.datasets.tables.image_names import is_image_name
from models.errors import ErrataError

FILES = (  # beside a table or in the root of a data set; the first that is there is read
    *(
        "class_names.txt",
        "classes.txt",
        "class_names.json",
        "classes.json",
        "label_names.txt",
        "labels.txt",
        "names.txt",
    ),
    *("label_names.json", "id2label.json", "class_indices.json", "class_list.txt"),
)
_NUMBERED = re.compile(r"(\d+)\s*[:,;\t ]\s*(.+)")
_NUMBER = re.compile(r"\d+")


def names_beside(folder: Path) -> tuple[str, dict[int, str]]:
    """Return the name of the file with the names of the classes, and number -> name; ("", {}) where there is none.

    A text file has a name a line, in the order of the numbers from 0, or `NUMBER NAME`. JSON is a list of names,
    number -> name or name -> number. A list of images is no list of names.

    Raises:
        ErrataError: the file cannot be read, or names a class twice.
    """
    for file in FILES:
        path = folder / file
        if path.is_file() and (names := _read(path)) and not _lists_images(names):
            if len(set(names.values())) < len(names):
                raise ErrataError(f"{path} has a class name twice; remove one")
            return file, names
    return "", {}


def _lists_images(names: dict[int, str]) -> bool:
    return all(is_image_name(re.split(r"[\s,;]", name)[0]) for name in names.values())


def numbered(labels: Sequence[str]) -> bool:
    """Return whether all labels are whole numbers from 0."""
    return bool(labels) and all(_NUMBER.fullmatch(label) for label in set(labels))


def with_names(entries: Sequence[Entry], names: dict[int, str], source: str) -> tuple[list[Entry], str]:
    """Return the entries with the names of their numbered classes, and a sentence that says so.

    Where no label is 0 and the highest is the number of the names, the first class is 1.

    Args:
        entries: all with whole numbers as labels.
        names: number -> name.
        source: where the names stand, for messages.

    Raises:
        ErrataError: a number has no name, or may be counted from 0 or from 1.
    """
    numbers = {int(entry.label) for entry in entries}
    lowest, highest = min(numbers), max(numbers)
    from_one = lowest >= 1 and set(names) == set(range(len(names))) and highest == len(names)
    if from_one:
        names = {number + 1: name for number, name in names.items()}
    if unnamed := sorted(numbers - names.keys()):
        raise ErrataError(
            f"{source} has {len(names)} names, but an image has the label {unnamed[0]}; give each number a name"
        )
    first = min(names)
    said = f"labels {first}, {first + 1}, … are read as the classes of {source}: {names[first]}"
    said += f", {names[first + 1]}, …" if first + 1 in names else ", …"
    return [entry._replace(label=names[int(entry.label)]) for entry in entries], said


def _read(path: Path) -> dict[int, str]:
    try:
        text, _ = decoded(str(path), path.read_bytes())
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    if path.suffix == ".json":
        return _from_json(path, text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [_NUMBERED.fullmatch(line) for line in lines]
    numbers = [int(pair[1]) for pair in pairs if pair]
    if len(numbers) == len(lines) == len(set(numbers)) and sorted(numbers) in (
        list(range(len(lines))),
        list(range(1, len(lines) + 1)),
    ):
        return {int(pair[1]): pair[2].strip() for pair in pairs if pair}
    return dict(enumerate(lines))


def _from_json(path: Path, text: str) -> dict[int, str]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ErrataError(f"{path} is no JSON ({error}); correct it") from error
    if isinstance(content, list) and all(isinstance(name, str) for name in content):
        return dict(enumerate(content))
    if isinstance(content, dict) and content:
        if all(isinstance(number, int) for number in content.values()):
            return {number: name for name, number in content.items()}
        if all(_NUMBER.fullmatch(number) and isinstance(name, str) for number, name in content.items()):
            return {int(number): name for number, name in content.items()}
    raise ErrataError(f"{path} is no list of class names; write a name a line in {path.stem}.txt")
