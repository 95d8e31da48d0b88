"""Tables of labels and lists of files that lie beside images."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.datasets.entries import Entry
from curation.datasets.folders.file_lists import read_list
from curation.datasets.folders.folder_words import is_wrapper
from curation.datasets.folders.tree import Tree
from curation.datasets.split_words import split_of
from curation.datasets.tables.class_names import FILES as CLASS_NAMES
from curation.datasets.tables.reading import SUFFIXES, column_of, read_table
from curation.words import file_size
from models.errors import ErrataError

_WORDS = frozenset(  # of names of tables, and of folders that hold tables
    """
    label labels annotation annotations meta metadata list lists split splits csv table info index data gt imagesets
    truth ground instances coco
    """.split()  # noqa: SIM905 - one word after another is read more easily
)
_TEXT = (".txt", ".lst", ".json")  # often no table: only those with a word of _WORDS, or of a split, in their names
_NEVER = frozenset(  # files of other meaning, in lower case
    ("truth.csv", "manifest.json", "samples.json", "metadata.json", "dataset_info.json", "readme.txt", *CLASS_NAMES)
)
_MOST_BYTES = 300_000_000  # of a table that is looked into unasked
_MARKS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Beside:
    """A file beside the images that lists some of them."""

    path: Path
    split: str  # of all its images; "" = the file does not say
    labelled: bool  # False: it lists images without labels
    problem: str = ""  # why it cannot be read as a table

    def entries(self, root: Path, notices: list[str]) -> list[Entry]:
        """Return the images that the table names, relative to the root; paths start beside the table or in the root.

        Raises:
            ErrataError: as `read_table`.
        """
        folder = self.path.parent
        if folder != root:
            notes: list[str] = []
            try:
                entries = read_table(self.path, self.split, folder, notices=notes)
            except ErrataError:
                pass
            else:
                notices += notes
                inside = folder.relative_to(root).as_posix()
                return [entry._replace(image_id=f"{inside}/{entry.image_id}") for entry in entries]
        return read_table(self.path, self.split, root, notices=notices)

    def paths(self) -> list[str]:
        """Return the paths that it lists, as they stand.

        Raises:
            ErrataError: it cannot be read.
        """
        return read_list(self.path) if self.path.suffix.lower() in _TEXT else column_of(self.path, "filepath")

    @property
    def may_say_splits(self) -> bool:
        """Whether its name is made of words for splits, as `train_test_split`."""
        return any(split_of(word) for word in _MARKS.split(self.path.stem.lower()))


def find_beside(tree: Tree) -> list[Beside]:
    """Return the tables and lists of files in the root, below folders that only wrap it, and in its split folders."""
    found = []
    for folder, split in folders_beside(tree):
        for name in tree.listing(folder).others:
            path = folder / name
            if name.lower() in _NEVER or "submission" in name.lower() or not _may_be_table(path):
                continue
            said = split or _split_of_name(path.stem) or _split_of_name(folder.name) or ""
            found.append(_looked_into(path, said))
    return found


def lists_beside(tree: Tree) -> list[Path]:
    """Return all files in the folders that may hold tables."""
    return [folder / name for folder, _ in folders_beside(tree) for name in tree.listing(folder).others]


def folders_beside(tree: Tree) -> Iterator[tuple[Path, str]]:
    """Yield the folders that may hold tables, each with its split."""
    top = tree.root
    while True:
        yield top, ""
        filled = tree.filled(top)
        for name in tree.listing(top).folders:
            split = split_of(name)
            if split:
                yield top / name, split
                for deeper in tree.filled(top / name):
                    if is_wrapper(deeper):
                        yield top / name / deeper, split
            elif _MARKS.split(name.lower())[0] in _WORDS:
                yield top / name, ""
        if len(filled) != 1 or split_of(filled[0]):
            return
        top /= filled[0]


def _may_be_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return False
    words = set(_MARKS.split(path.stem.lower()))
    return suffix not in _TEXT or bool(words & _WORDS) or _split_of_name(path.stem) is not None


def _split_of_name(stem: str) -> str | None:
    """Return the split in the name of a table: train, train_labels, annotations-val, testing_list."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", stem) if word.lower() not in _WORDS]
    return split_of(" ".join(words)) if words else None


def _looked_into(path: Path, split: str) -> Beside:
    if path.stat().st_size > _MOST_BYTES:
        return Beside(path, split, False, f"{path} is larger than {file_size(_MOST_BYTES)}; give its path to read it")
    try:
        column_of(path, "filepath")
    except ErrataError as error:
        return Beside(path, split, False, str(error))
    try:
        column_of(path, "label")
    except ErrataError as error:
        return Beside(path, split, False, str(error))
    return Beside(path, split, True)
