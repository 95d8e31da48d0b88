"""Image folders, read by the names of folders and by tables beside the images; no image is opened."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry
from curation.datasets.folders.beside import find_beside
from curation.datasets.folders.choice import entries_of_classes, entries_of_classes_and_tables, entries_of_tables
from curation.datasets.folders.classes import Layout
from curation.datasets.folders.exports import exported_entries, is_export
from curation.datasets.folders.layout import find_layout
from curation.datasets.folders.tree import Tree, by_suffix
from curation.datasets.rows import SPLITS
from curation.datasets.split_words import split_of
from curation.datasets.tables.class_names import names_beside, numbered, with_names
from curation.datasets.tables.image_names import is_image_name
from curation.datasets.tables.reading import read_table
from curation.words import first_few
from curation.workspace.folders import is_workspace
from models.errors import ErrataError
from models.images.formats import HEIF, suffix_of


def read_folder(root: Path, notices: list[str] | None = None) -> list[Entry]:
    """Return the images of an image folder with their labels and splits.

    Folders are read as SPLIT/CLASS, CLASS/SPLIT or CLASS (`layout`), with words for splits as `split_words` has them,
    below folders that only wrap the data set; images at any depth below a class folder belong to it. A file
    `SPLIT_labels.csv` in the root replaces the class folders of that split. Images without class folders are read by
    the tables beside them (`beside`), and class folders without splits by lists of files, where there are any. What
    storage and clouds put among images is left out (`left_out`).

    Args:
        root: the folder.
        notices: gets a sentence for all that is read in a way that could be meant otherwise, and for what is left out.

    Raises:
        ErrataError: a folder may not be read or is Errata's own, there are neither class folders nor tables, the tree
            reads in two ways of which one loses images, a class folder has no image, an image is a link out of the
            root, or `read_table` refuses a table.
    """
    notes = notices if notices is not None else []
    if is_workspace(root):
        raise ErrataError(
            f"{root} is a folder that Errata writes; give the folder of the images, or another ERRATA_HOME"
        )
    tree = Tree(root)
    if is_export(root):
        return exported_entries(root, tree.images(root))
    placed = {split: path for split in SPLITS if (path := root / f"{split}_labels.csv").is_file()}
    beside = [] if placed else find_beside(tree)
    tables = [table for table in beside if table.labelled]
    layout = find_layout(tree, placed or {table.split for table in tables})
    if placed:
        entries = [entry for split, path in placed.items() for entry in read_table(path, split, notices=notes)]
        entries += entries_of_classes(tree, layout, without=placed)
    elif layout.classes:
        entries = entries_of_classes_and_tables(tree, layout, tables, beside, notes)
    else:
        entries = entries_of_tables(tree, layout, tables, beside, notes)
    _refuse_empty(tree, layout, {entry.label for entry in entries})
    entries = _named(root, layout, entries, notes)
    notes += layout.notices + _left_out(tree, layout) + _splits_in_names(entries)
    return entries


def _refuse_empty(tree: Tree, layout: Layout, labels: set[str]) -> None:
    """Refuse class folders without an image; a class may be missing in one split, but not in all."""
    for path in layout.empty:
        if path.name not in labels:
            unread = tree.unread(path)
            advice = _heif_advice(unread) or "put images (jpg, png, webp, …) into it"
            holds = f", only {by_suffix(unread)}" if unread else ""
            raise ErrataError(f"class folder {path} has no image{holds}; {advice} or remove it")


def _named(root: Path, layout: Layout, entries: list[Entry], notes: list[str]) -> list[Entry]:
    """Return the entries with the names of their classes, where folders carry numbers and a list has the names."""
    if numbered([entry.label for entry in entries]):
        for folder in dict.fromkeys((layout.top, root)):
            source, names = names_beside(folder)
            if names:
                entries, said = with_names(entries, names, source)
                notes.append(said)
                break
    return entries


def _splits_in_names(entries: Sequence[Entry]) -> list[str]:
    """Return a sentence where the names of all files begin with a split (`train_1.jpg`) and nothing else says it."""
    if any(entry.split for entry in entries):
        return []
    words = {re.split(r"[^A-Za-z]", PurePosixPath(entry.image_id).name)[0] for entry in entries}
    if len({split_of(word) for word in words} - {None}) < 2 or not all(map(split_of, words)):
        return []
    named = first_few(sorted(words))
    return [f"names of files begin with splits ({named}): not read, the splits are drawn; give them in a table"]


def _left_out(tree: Tree, layout: Layout) -> list[str]:
    """Return sentences on what is no part of the data set: folders of storage, and files that are not read."""
    sentences = []
    left_out = {what: n for what, n in tree.left_out.items() if n}
    if left_out:
        parts = [f"{what} ({n:,})" if n > 1 else what for what, n in sorted(left_out.items())]
        sentences.append(f"left out: {', '.join(parts)}")
    unread: Counter[str] = Counter()
    for folder in layout.classes:
        unread += tree.unread(folder.folder)
    for path in layout.flat.values():
        unread += Counter(f".{suffix_of(name)}" for name in tree.listing(path).others if is_image_name(name))
    if unread:
        advice = _heif_advice(unread)
        sentences.append(f"not read as images: {by_suffix(unread)}{advice and f'; {advice}'}")
    return sentences


def _heif_advice(suffixes: Iterable[str]) -> str:
    """Return the advice for HEIC files among the suffixes; they are only unread where pillow-heif is missing."""
    return "install pillow-heif to read HEIC" if any(s.removeprefix(".") in HEIF for s in suffixes) else ""
