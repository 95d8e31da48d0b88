"""Image folders, read by the names of folders and by tables beside the images; no image is opened."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from curation.datasets.entries import Entry
from curation.datasets.folders.beside import Beside, find_beside
from curation.datasets.folders.exports import exported_entries, is_export
from curation.datasets.folders.file_lists import with_listed_splits
from curation.datasets.folders.layout import Layout, find_layout
from curation.datasets.folders.tree import Tree
from curation.datasets.rows import SPLITS
from curation.datasets.tables.class_names import names_beside, numbered, with_names
from curation.datasets.tables.image_names import is_image_name
from curation.datasets.tables.reading import read_table
from curation.words import counted, first_few
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
        entries += _of_classes(tree, layout, without=placed)
    elif layout.classes:
        entries = _of_classes_and_tables(tree, layout, tables, beside, notes)
    else:
        entries = _of_tables(tree, layout, tables, beside, notes)
    _refuse_empty(tree, layout, {entry.label for entry in entries})
    entries = _named(root, layout, entries, notes)
    notes += layout.notices + _left_out(tree, layout)
    return entries


def _of_classes(tree: Tree, layout: Layout, without: Mapping[str, object] | None = None) -> list[Entry]:
    """Return the images in class folders, but those of some splits."""
    return [
        Entry(image_id, label, split)
        for folder, label, split in layout.classes
        if split not in (without or {})
        for image_id in tree.images(folder)
    ]


def _of_classes_and_tables(
    tree: Tree, layout: Layout, tables: Sequence[Beside], beside: Sequence[Beside], notes: list[str]
) -> list[Entry]:
    """Return the images in class folders; of folders without splits as tables or lists beside them say the splits."""
    entries = _of_classes(tree, layout)
    if any(entry.split for entry in entries):
        in_classes = {entry.split for entry in entries}
        flat = [table for table in tables if table.split and table.split not in in_classes]
        for table in flat:
            entries += table.entries(tree.root, notes)
            notes.append(f"the labels of {table.split} are read from {_inside(tree, table)}")
        _say_unread(tree, [table for table in tables if table not in flat], notes)
        return entries
    from_tables, said = _with_splits(tree, tables)
    if len(from_tables) < len(entries):  # tables of some splits, and lists of others: the folders have all labels
        listed = _with_lists(entries, beside)
        if listed:
            notes += listed[1]
            return listed[0]
    if from_tables:
        layout.notices.clear()
        notes += said
        _say_unlisted(tree, from_tables, notes)
        return from_tables
    _say_unread(tree, tables, notes)
    unclear = [each for each in beside if each not in tables and each.may_say_splits]
    if unclear:
        notes.append(f"{_names(tree, unclear)} may say the splits, but cannot be read; the splits are drawn")
    return entries


def _with_lists(entries: Sequence[Entry], beside: Sequence[Beside]) -> tuple[list[Entry], list[str]] | None:
    """Return the images in class folders with the splits of lists, and sentences on it; None where no lists fit."""
    lists = [each for each in beside if each.split]
    paths: dict[str, list[str]] = {}
    try:
        for each in lists:
            paths.setdefault(each.split, []).extend(each.paths())
    except ErrataError:
        return None
    return with_listed_splits(entries, paths, [each.path.name for each in lists])


def _with_splits(tree: Tree, tables: Sequence[Beside]) -> tuple[list[Entry], list[str]]:
    """Return the images of tables that say the splits, and sentences on it; [] where no tables do."""
    by_split = [table for table in tables if table.split]
    chosen = by_split if by_split else tables if len(tables) == 1 else []
    said: list[str] = []
    try:
        entries = [entry for table in chosen for entry in table.entries(tree.root, said)]
    except ErrataError:
        return [], []
    if not all(entry.split for entry in entries):
        return [], []
    names = _names(tree, chosen)
    return entries, [f"labels and splits are read from {names}, and not from the folders, which have no splits", *said]


def _of_tables(
    tree: Tree, layout: Layout, tables: Sequence[Beside], beside: Sequence[Beside], notes: list[str]
) -> list[Entry]:
    """Return the images without class folders that the tables beside them list."""
    by_split = [table for table in tables if table.split]
    chosen = by_split if by_split and len(by_split) == len(tables) else tables
    doubled = [split for split, n in Counter(table.split for table in chosen).items() if n > 1]
    if doubled or (len(chosen) > 1 and not all(table.split for table in chosen)):
        names = _names(tree, chosen)
        raise ErrataError(f"{tree.root} has several tables of labels: {names}; give the path of the one to read")
    if not chosen:
        raise _no_labels(tree, layout, beside)
    notes.append(f"labels are read from {_names(tree, chosen)}")
    entries = [entry for table in chosen for entry in table.entries(tree.root, notes)]
    notes += [f"not read: {each.problem}" for each in beside if each.problem and each.split]
    _say_unlisted(tree, entries, notes)
    return entries


def _no_labels(tree: Tree, layout: Layout, beside: Sequence[Beside]) -> ErrataError:
    """Return the error for images without class folders and without a table."""
    if not tree.count(tree.root):
        unread = _by_suffix(tree.unread(tree.root))
        return ErrataError(
            f"no image in {tree.root}{f' (not read: {unread})' if unread else ''}; expected SPLIT/CLASS/*.jpg, "
            "CLASS/*.jpg or a CSV filepath,label"
        )
    if len(beside) == 1 or (beside and all(each.problem for each in beside)):
        return ErrataError(beside[0].problem)
    split, folder = min(layout.flat.items(), key=lambda item: SPLITS.index(item[0]) if item[0] else 0)
    return ErrataError(
        f"{folder} has images but no class folders; sort them into {folder}/CLASS/, or list them as "
        f"filepath,label in {tree.root}/{split or 'train'}_labels.csv"
    )


def _refuse_empty(tree: Tree, layout: Layout, labels: set[str]) -> None:
    """Refuse class folders without an image; a class may be missing in one split, but not in all."""
    for path in layout.empty:
        if path.name not in labels:
            unread = tree.unread(path)
            advice = _heif_advice(unread) or "put images (jpg, png, webp, …) into it"
            holds = f", only {_by_suffix(unread)}" if unread else ""
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


def _say_unread(tree: Tree, tables: Sequence[Beside], notes: list[str]) -> None:
    """Say that tables are not read where class folders are."""
    if tables:
        names, verb = _names(tree, tables), "is" if len(tables) == 1 else "are"
        notes.append(f"labels are those of the class folders; {names} {verb} not read (to read a table, give its path)")


def _say_unlisted(tree: Tree, entries: Sequence[Entry], notes: list[str]) -> None:
    unlisted = tree.count(tree.root) - len({entry.image_id for entry in entries})
    if unlisted > 0:
        notes.append(f"{counted(unlisted, 'image')} in no table: left out")


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
        sentences.append(f"not read as images: {_by_suffix(unread)}{advice and f'; {advice}'}")
    return sentences


def _heif_advice(suffixes: Iterable[str]) -> str:
    """Return the advice for HEIC files among the suffixes; they are only unread where pillow-heif is missing."""
    return "install pillow-heif to read HEIC" if any(s.removeprefix(".") in HEIF for s in suffixes) else ""


def _by_suffix(counts: Mapping[str, int]) -> str:
    """Return counts by suffix: `12 .heic, 3 .txt`."""
    return ", ".join(f"{n:,} {suffix}" for suffix, n in Counter(counts).most_common())


def _names(tree: Tree, tables: Sequence[Beside]) -> str:
    return first_few([_inside(tree, table) for table in tables])


def _inside(tree: Tree, table: Beside) -> str:
    return table.path.relative_to(tree.root).as_posix()
