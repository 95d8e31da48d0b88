"""What says the labels and splits of a tree: its class folders, or tables and lists of files beside the images."""

from collections import Counter
from collections.abc import Mapping, Sequence

from curation.datasets.entries import Entry
from curation.datasets.folders.beside import Beside, lists_beside
from curation.datasets.folders.classes import Layout
from curation.datasets.folders.file_lists import with_listed_splits
from curation.datasets.folders.folder_words import NO_CLASSES, VARIANTS, has_word
from curation.datasets.folders.joined_lists import joined_entries, joined_lists, with_joined_splits
from curation.datasets.folders.label_from import hint as in_names
from curation.datasets.folders.tree import Tree, by_suffix
from curation.datasets.rows import SPLITS
from curation.words import counted, first_few
from models.errors import ErrataError

_ABOVE = ("{}.csv", "labels.csv", "train.csv", "metadata.csv", "annotations.csv")  # beside the folder that was given


def entries_of_classes(tree: Tree, layout: Layout, without: Mapping[str, object] | None = None) -> list[Entry]:
    """Return the images in class folders, but those of some splits."""
    return [
        Entry(image_id, label, split)
        for folder, label, split in layout.classes
        if split not in (without or {})
        for image_id in tree.images(folder)
    ]


def entries_of_classes_and_tables(
    tree: Tree, layout: Layout, tables: Sequence[Beside], beside: Sequence[Beside], notes: list[str]
) -> list[Entry]:
    """Return the images in class folders; of folders without splits as tables or lists beside them say the splits.

    Args:
        tree: of the data set.
        layout: how it is read, with class folders; its notices go where the folders are not what is read.
        tables: files beside the images that name images and labels.
        beside: these, and all other files that may list images.
        notes: gets a sentence for what is read or left out.

    Raises:
        ErrataError: as `read_table`, for the table of a split without class folders.
    """
    entries = entries_of_classes(tree, layout)
    if any(entry.split for entry in entries):
        in_classes = {entry.split for entry in entries}
        flat = [table for table in tables if table.split and table.split not in in_classes]
        for table in flat:
            entries += table.entries(tree.root, notes)
            notes.append(f"the labels of {table.split} are read from {_inside(tree, table)}")
        _say_unread(tree, [table for table in tables if table not in flat], notes)
        return entries
    from_tables, said = _with_splits(tree, tables)
    if joined := _joined_splits(tree, entries, notes):
        return joined
    if from_tables and len(from_tables) >= len(entries):
        layout.notices.clear()
        notes += said
        return from_tables
    listed = _with_lists(tree, entries, beside, notes)
    if not from_tables or any(entry.split for entry in listed):
        _say_unread(tree, [table for table in tables if not table.split], notes)
        return listed
    layout.notices.clear()
    notes += said
    _say_unlisted(tree, from_tables, notes)
    return from_tables


def _joined_splits(tree: Tree, entries: Sequence[Entry], notes: list[str]) -> list[Entry]:
    """Return the images with the splits of lists that are joined by numbers; [] where there are none."""
    joined = joined_lists([entry.image_id for entry in entries], lists_beside(tree))
    if not joined or not joined.splits or not joined.labels:
        return []
    return with_joined_splits(tree.root, entries, joined, notes)


def _of_joined_lists(tree: Tree, layout: Layout, tables: Sequence[Beside], notes: list[str]) -> list[Entry]:
    """Return the images with the labels of lists without headers; [] where a table with a header says them."""
    every = list(tree.images(layout.top))
    image_ids = [image_id for image_id in every if not _is_annotation(image_id)] or every
    joined = joined_lists(image_ids, lists_beside(tree))
    if not joined or not joined.labels or any(table.path not in joined.read for table in tables):
        return []
    if beside := len(every) - len(image_ids):
        notes.append(f"{counted(beside, 'image')} in folders of annotations or masks: left out")
    return joined_entries(tree.root, image_ids, joined, notes, [layout.top])


def _is_annotation(image_id: str) -> bool:
    return any(has_word(folder, NO_CLASSES | VARIANTS) for folder in image_id.split("/")[:-1])


def _with_lists(tree: Tree, entries: list[Entry], beside: Sequence[Beside], notes: list[str]) -> list[Entry]:
    """Return the images with the splits of lists of files, where there are lists that fit."""
    listed = _listed(entries, beside)
    if listed:
        notes += listed[1]
        return listed[0]
    unclear = [each for each in beside if not each.labelled and each.may_say_splits]
    if unclear:
        notes.append(f"{_names(tree, unclear)} may say the splits, but cannot be read; the splits are drawn")
    return entries


def _listed(entries: Sequence[Entry], beside: Sequence[Beside]) -> tuple[list[Entry], list[str]] | None:
    """Return the images with the splits of lists, and sentences on it; None where no lists fit."""
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


def entries_of_tables(
    tree: Tree, layout: Layout, tables: Sequence[Beside], beside: Sequence[Beside], notes: list[str]
) -> list[Entry]:
    """Return the images without class folders that the tables beside them list; arguments as above.

    Raises:
        ErrataError: there is no table, or several of which one has to be chosen, or `read_table` refuses it.
    """
    if joined := _of_joined_lists(tree, layout, tables, notes):
        return joined
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
    _say_unlisted(tree, entries, notes)
    if not any(entry.split for entry in entries):
        return _with_lists(tree, entries, beside, notes)
    notes += [f"not read: {each.problem}" for each in beside if each.problem and each.split]
    return entries


def _no_labels(tree: Tree, layout: Layout, beside: Sequence[Beside]) -> ErrataError:
    """Return the error for images without class folders and without a table."""
    if not tree.count(tree.root):
        unread = by_suffix(tree.unread(tree.root))
        return ErrataError(
            f"no image in {tree.root}{f' (not read: {unread})' if unread else ''}; expected SPLIT/CLASS/*.jpg, "
            "CLASS/*.jpg or a CSV filepath,label"
        )
    if len(beside) == 1 or (beside and all(each.problem for each in beside)):
        return ErrataError(beside[0].problem)
    split, folder = min(layout.flat.items(), key=lambda item: SPLITS.index(item[0]) if item[0] else 0)
    above = next((name for name in _ABOVE if (tree.root.parent / name.format(tree.root.name)).is_file()), "")
    hint = f"; or give {tree.root.parent}, which has {above.format(tree.root.name)}" if above else ""
    return ErrataError(
        f"{folder} has images but no class folders; sort them into {folder}/CLASS/, or list them as "
        f"filepath,label in {tree.root}/{split or 'train'}_labels.csv{hint or in_names(list(tree.images(folder)))}"
    )


def _say_unread(tree: Tree, tables: Sequence[Beside], notes: list[str]) -> None:
    """Say that tables are not read where class folders are."""
    if tables:
        names, verb = _names(tree, tables), "is" if len(tables) == 1 else "are"
        notes.append(f"labels are those of the class folders; {names} {verb} not read (to read a table, give its path)")


def _say_unlisted(tree: Tree, entries: Sequence[Entry], notes: list[str]) -> None:
    unlisted = tree.count(tree.root) - len({entry.image_id for entry in entries})
    if unlisted > 0:
        notes.append(f"{counted(unlisted, 'image')} in no table: left out")


def _names(tree: Tree, tables: Sequence[Beside]) -> str:
    return first_few([_inside(tree, table) for table in tables])


def _inside(tree: Tree, table: Beside) -> str:
    return table.path.relative_to(tree.root).as_posix()
