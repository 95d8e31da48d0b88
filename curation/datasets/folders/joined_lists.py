"""Lists without headers beside images, joined by the images' names or numbers, as in CUB-200 and Oxford Pets."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry
from curation.datasets.folders.file_lists import plain_path, rows_by_end
from curation.datasets.split_words import FALSE, TRUE, split_of
from curation.datasets.tables.class_names import FILES as CLASS_NAMES
from curation.datasets.tables.class_names import names_beside, numbered, with_names
from curation.datasets.tables.decoding import decoded
from curation.datasets.tables.image_names import is_image_name
from curation.words import counted, first_few
from models.errors import ErrataError

_SUFFIXES = (".txt", ".lst", ".csv", ".tsv", ".data")
_LABELS = frozenset(
    "label labels class classes category categories target targets annotation annotations list species".split()  # noqa: SIM905
)
_NAMES_OF_CLASSES = frozenset(CLASS_NAMES) - {"labels.txt"}  # which may also list images
_WORD = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"\d+")
_MOST_BYTES, _MOST_CELLS = 200_000_000, 8


@dataclass
class _List:
    """A list that names images of the data set, one a line."""

    path: Path
    rows: list[int]  # of the images that its lines name, each once
    columns: list[list[str]]  # all other cells, a list of lines for each column

    @property
    def words(self) -> list[str]:
        return _WORD.findall(self.path.stem.lower())


@dataclass(frozen=True)
class Joined:
    """What lists say of images."""

    labels: dict[int, str]  # row -> label; {} = no list says any
    splits: dict[int, str]  # row -> split; {} = no list says any
    read: list[Path] = field(default_factory=list)  # the lists that say it


def joined_lists(image_ids: Sequence[str], files: Iterable[Path]) -> Joined | None:
    """Return what lists without headers say of images; None where they say neither labels nor splits.

    A line names an image by its path, the end of its path or either without suffix, or by the number that another
    list gives each image. Splits stand in a list whose name begins with the word for what 1 means
    (`train_test_split.txt`), or are those that the lists themselves are for (`trainval.txt`, `test.txt`). Labels stand
    in the only other column, or in the column that tells all others.

    Args:
        image_ids: N paths.
        files: that may be such lists.

    Raises:
        ErrataError: two lists give an image other labels, or other splits.
    """
    lists = _lists(image_ids, files)
    splits: dict[int, str] = {}
    labels: dict[int, str] = {}
    said: dict[str, Path] = {}  # what -> the first list that says it
    read: list[Path] = []
    for each in lists:
        own, of_list = _own_splits(each), _split_of_list(each)
        column = None if own else _label_column(each)
        if own or of_list:
            _add(splits, each, own or [of_list] * len(each.rows), image_ids, "split", said)
        if column is not None:
            _add(labels, each, each.columns[column], image_ids, "label", said)
        if own or of_list or column is not None:
            read.append(each.path)
    return Joined(labels, splits, read) if labels or splits else None


def joined_entries(
    root: Path, image_ids: Sequence[str], joined: Joined, notes: list[str], folders: Sequence[Path] = ()
) -> list[Entry]:
    """Return the images that lists give a label; see `joined_lists`.

    Args:
        root: of the data set.
        image_ids: N paths.
        joined: what the lists say of them.
        notes: gets sentences on how they were read and what is left out.
        folders: where names of numbered classes may stand.

    Raises:
        ErrataError: a number has no name in the list of names.
    """
    entries = [Entry(image_ids[row], label, joined.splits.get(row, "")) for row, label in sorted(joined.labels.items())]
    if joined.splits:
        entries = [entry for entry in entries if entry.split]
    what = "labels and splits are" if joined.splits else "labels are"
    notes.append(f"{what} read from {first_few([path.relative_to(root).as_posix() for path in joined.read])}")
    if left := len(image_ids) - len(entries):
        notes.append(f"{counted(left, 'image')} in no list: left out")
    if not numbered([entry.label for entry in entries]):
        return entries
    for folder in dict.fromkeys((*(path.parent for path in joined.read), *folders, root)):
        source, names = names_beside(folder)
        if names:
            entries, sentence = with_names(entries, names, source)
            notes.append(sentence)
            return entries
    if names := _names_in_files(entries):
        first = min(names)
        notes.append(f"the names of the classes are those of their files: {first} is {names[first]}, …")
        return [entry._replace(label=names[int(entry.label)]) for entry in entries]
    return entries


def with_joined_splits(root: Path, entries: Sequence[Entry], joined: Joined, notes: list[str]) -> list[Entry]:
    """Return the images of class folders with the splits that lists say; images in none are left out, which is said."""
    kept = [entry._replace(split=joined.splits[row]) for row, entry in enumerate(entries) if row in joined.splits]
    notes.append(f"splits are read from {first_few([path.relative_to(root).as_posix() for path in joined.read])}")
    if left := len(entries) - len(kept):
        notes.append(f"{counted(left, 'image')} in no list: left out")
    return kept


def _lists(image_ids: Sequence[str], files: Iterable[Path]) -> list[_List]:
    """Return the lists that name images, by their paths or by the numbers of another list."""
    by_end, unknown, lists = rows_by_end(image_ids), [], []
    numbers: dict[str, int] = {}  # of an image -> row
    for path in files:
        if not (lines := _lines(path)):
            continue
        columns = [list(column) for column in zip(*lines, strict=True)]
        named = _named_rows(columns, by_end)
        if named is None:
            unknown.append((path, columns))
            continue
        position, rows = named
        others = [column for place, column in enumerate(columns) if place != position]
        lists.append(_List(path, rows, others))
        if position and not numbers and _are_keys(columns[0]):
            numbers = dict(zip(columns[0], rows, strict=True))
            del others[0]
    for path, columns in unknown:
        keys = columns[0]
        if len(columns) > 1 and len(set(keys)) == len(keys) > 1 and all(key in numbers for key in keys):
            lists.append(_List(path, [numbers[key] for key in keys], columns[1:]))
    return lists


def _named_rows(columns: Sequence[Sequence[str]], by_end: Mapping[str, list[int]]) -> tuple[int, list[int]] | None:
    """Return the column that names images, each once, and their rows; None where there is none."""
    order = sorted(range(len(columns)), key=lambda place: not is_image_name(columns[place][0]))
    for place in order:
        rows = []
        for cell in columns[place]:
            of_cell = by_end.get(plain_path(cell), [])
            if len(of_cell) != 1:
                break
            rows.append(of_cell[0])
        if len(rows) == len(columns[place]) and len(set(rows)) == len(rows):
            return place, rows
    return None


def _are_keys(column: Sequence[str]) -> bool:
    return len(set(column)) == len(column) > 1 and all(_NUMBER.fullmatch(cell) for cell in column)


def _lines(path: Path) -> list[list[str]]:
    """Return the cells of each line; [] where the file is no list without header."""
    if path.suffix.lower() not in _SUFFIXES or path.name.lower() in _NAMES_OF_CLASSES:
        return []
    try:
        if path.stat().st_size > _MOST_BYTES:
            return []
        text, _ = decoded(str(path), path.read_bytes())
    except (OSError, ErrataError):
        return []
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        return []
    marks = [mark for mark in ("\t", ",", ";") if mark in lines[0]]
    ways = ([line.split(mark) for line in lines] for mark in marks) if marks else (
        [line.split() for line in lines], [line.split(maxsplit=1) for line in lines]
    )  # fmt: skip
    for cells in ways:
        if len({len(each) for each in cells}) == 1 and len(cells[0]) <= _MOST_CELLS:
            return [[cell.strip() for cell in each] for each in cells]
    return []


def _own_splits(each: _List) -> list[str] | None:
    """Return the splits of the lines of a list that says the split of each image; None where it is none."""
    if len(each.columns) != 1:
        return None
    column = each.columns[0]
    values = {cell.lower() for cell in column}
    first = next((split for word in each.words if (split := split_of(word))), None)
    if first and len(values) > 1 and values <= TRUE | FALSE:
        other = "test" if first == "train" else "train"
        return [first if cell.lower() in TRUE else other for cell in column]
    words = [split_of(cell) or "" for cell in column]
    return words if all(words) and len(set(words)) > 1 else None


def _split_of_list(each: _List) -> str:
    """Return the split that the name of a list says; "" where it says none or several."""
    said = {split for word in each.words if (split := _split_of(word))}
    rest = [word for word in each.words if not _split_of(word) and word not in _LABELS]
    return said.pop() if len(said) == 1 and not rest else ""


def _split_of(word: str) -> str | None:
    return "train" if word == "trainval" else split_of(word)  # of Oxford and Pascal, which have no other part to learn


def _label_column(each: _List) -> int | None:
    """Return the column that holds the labels: the only one, or the one that tells all others; None = none does."""
    if not (set(each.words) & _LABELS or _split_of_list(each)):
        return None
    fitting = [
        place
        for place, column in enumerate(each.columns)
        if (len(each.columns) == 1 or len(set(column)) < len(column))
        and all(_tells(column, other) for other in each.columns)
    ]
    return fitting[0] if fitting else None


def _tells(column: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether each value of a column goes with a single value of another."""
    return len(set(zip(column, other, strict=True))) == len(set(column))


def _add(
    values: dict[int, str],
    each: _List,
    column: Sequence[str],
    image_ids: Sequence[str],
    what: str,
    said: dict[str, Path],
) -> None:
    """Note what a list says of its images.

    Raises:
        ErrataError: another list says something else.
    """
    before = said.setdefault(what, each.path)
    for row, value in zip(each.rows, column, strict=True):
        if values.setdefault(row, value) != value:
            raise ErrataError(
                f"{image_ids[row]} has the {what} {values[row]} in {before.name}, but {value} in {each.path}; remove "
                "the list that is wrong, or give the path of a table of labels"
            )


def _names_in_files(entries: Sequence[Entry]) -> dict[int, str]:
    """Return number -> name of classes whose files all begin with that name; {} unless each class has a name."""
    stems: dict[int, list[str]] = {}
    for entry in entries:
        stems.setdefault(int(entry.label), []).append(PurePosixPath(entry.image_id).stem)
    names = {}
    for number, of_class in stems.items():
        told = {re.sub(r"[-_ ]?\d+$", "", stem) for stem in of_class}
        if len(told) != 1 or len(name := told.pop()) < 2:
            return {}
        names[number] = name
    return names if len(set(names.values())) == len(names) else {}
