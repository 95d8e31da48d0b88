"""Which folders of a tree are the classes, and which the splits; a tree that reads in two ways is said or refused."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from curation.datasets.folders.classes import ClassFolder, Layout, say_deeper, say_loose_files, say_outside
from curation.datasets.folders.folder_words import (
    UNLABELLED,
    VARIANTS,
    are_pieces,
    has_word,
    is_wrapper,
)
from curation.datasets.folders.tree import Tree
from curation.datasets.folders.wrappers import (
    below_wrappers,
    empty_folders,
    inner_folders,
    inside,
    only_way,
    split_folders,
)
from curation.datasets.split_words import split_of
from curation.words import counted, first_few
from models.errors import ErrataError


def find_layout(tree: Tree, listed: Iterable[str] = ()) -> Layout:
    """Return how a tree is read: SPLIT/CLASS, CLASS/SPLIT or CLASS, below folders that only wrap it.

    Args:
        tree: of the data set.
        listed: splits whose images a table lists; their folders need no class folders.

    Raises:
        ErrataError: two folders are one split, a folder with images beside splits is none, or the tree can be read in
            two ways of which one loses images.
    """
    layout = Layout(*below_wrappers(tree))
    top = layout.top
    if top != tree.root:
        what = "the data set is read in" if layout.notices else "all images lie below"
        layout.notices.insert(0, f"{what} {inside(tree, top)}")
    splits, others = split_folders(tree, top)
    inner = inner_folders(tree, splits)
    if any(tree.filled(folder) for folder in inner.values()):
        _read_splits(tree, layout, splits, inner, others, set(listed))
    elif splits and (not others or set(listed) & set(splits)):
        layout.flat = inner
    elif not tree.filled(top) or _is_pool(tree, top):
        layout.flat = {"": top}
    elif not _read_splits_in_classes(tree, layout):
        _refuse_flat_splits(tree, splits, others)
        _read_classes(tree, layout)
    return layout


def _is_pool(tree: Tree, top: Path) -> bool:
    """Return whether the folders say nothing about their images: `images`, or `part_1` and `part_2`."""
    names = tree.filled(top)
    _, beside = only_way(tree, top)
    names = [name for name in names if name not in beside]
    flat = not any(tree.filled(top / name) for name in names) and not empty_folders(tree, top)
    return flat and (all(is_wrapper(name) and name.isalpha() for name in names) or are_pieces(names))


def _read_splits(
    tree: Tree,
    layout: Layout,
    splits: Mapping[str, Path],
    inner: Mapping[str, Path],
    others: Sequence[str],
    listed: set[str],
) -> None:
    """Read SPLIT/CLASS."""
    top, unlabelled = layout.top, _unlabelled(tree, inner)
    labelled = {split: folder for split, folder in inner.items() if split not in unlabelled}
    names = {name for folder in labelled.values() for name in tree.filled(folder)}
    for split, folder in inner.items():
        if split in unlabelled and split not in listed:
            _leave_out_unlabelled(tree, layout, split, folder)
    for name in others:
        _check_other(tree, layout, top / name, names, certain=len(splits) > 1)
    for split, folder in labelled.items():
        _refuse_splits_below(tree, folder)
        layout.classes += [ClassFolder(folder / name, name, split) for name in tree.filled(folder)]
        layout.empty += empty_folders(tree, folder)
        say_outside(tree, layout, folder)
        beside = tree.count(splits[split]) - tree.count(folder)
        if beside:
            layout.notices.append(
                f"{counted(beside, 'image')} in {inside(tree, splits[split])}, but not in {folder.name}: left out"
            )
    say_loose_files(tree, layout)
    say_deeper(tree, layout)


def _unlabelled(tree: Tree, inner: Mapping[str, Path]) -> set[str]:
    """Return the splits whose images lie in no class folders, or in a single one that is no class elsewhere."""
    flat = {split for split, folder in inner.items() if not tree.filled(folder)}
    for split in inner.keys() - flat - {"train"}:
        names = tree.filled(inner[split])
        elsewhere = {name for other in inner.keys() - {split} for name in tree.filled(inner[other])}
        lone = len(names) == 1 and names[0] not in elsewhere
        if elsewhere and lone and (has_word(names[0], UNLABELLED) or is_wrapper(names[0]) or split_of(names[0])):
            flat.add(split)
    return flat


def _leave_out_unlabelled(tree: Tree, layout: Layout, split: str, folder: Path) -> None:
    count = tree.count(folder)
    if split == "train":
        raise ErrataError(
            f"{folder} has {counted(count, 'image')} but no class folders; sort them into {folder}/CLASS/, or list "
            f"them as filepath,label in {tree.root}/train_labels.csv"
        )
    layout.notices.append(
        f"{inside(tree, folder)} has no class folders: its images ({count:,}) have no labels and are left out (to "
        f"audit them, sort them into class folders or list them as filepath,label in {split}_labels.csv)"
    )


def _check_other(tree: Tree, layout: Layout, folder: Path, classes: set[str], certain: bool) -> None:
    """Refuse a folder beside the splits that may hold labelled images; say that any other is left out."""
    if folder.name in classes:
        raise ErrataError(
            f"{folder} lies beside split folders and has the name of a class in them; move its images into one of them"
        )
    if classes.intersection(tree.filled(folder)):
        raise ErrataError(
            f"{folder} has class folders but not the name of a split; rename it train, val or test, or move it"
        )
    images = counted(tree.count(folder), "image")
    if not certain and not has_word(folder.name, UNLABELLED) and not is_wrapper(folder.name):
        raise ErrataError(
            f"{folder.parent} has a split folder and, beside it, {folder.name} with {images}, which is the name of no "
            "split; rename it train, val or test, or move it"
        )
    layout.notices.append(f"{inside(tree, folder)} is not the name of a split: {images} left out")


def _refuse_splits_below(tree: Tree, folder: Path) -> None:
    names = tree.filled(folder)
    below = [name for name in names if split_of(name) and tree.filled(folder / name)]
    if below and len(below) == len(names):
        raise ErrataError(
            f"{folder} holds split folders again ({first_few(below)}); give that folder, or name the splits beside "
            "each other"
        )


def _read_splits_in_classes(tree: Tree, layout: Layout) -> bool:
    """Read CLASS/SPLIT, where all folders hold split folders and nothing else; return whether they do."""
    top = layout.top
    names = tree.filled(top)
    divided = [name for name in names if _all_splits(tree, top / name)]
    if not divided:
        return False
    sets = [name for name in divided if _holds_classes(tree, top / name)]
    if sets:
        raise ErrataError(
            f"{top} holds folders with splits of their own ({first_few(sets)}); give one of them: {top / sets[0]}"
        )
    if len(divided) < len(names):
        plain = next(name for name in names if name not in divided)
        raise ErrataError(
            f"{top / divided[0]} has split folders, but {top / plain} has none; sort the images of {plain} into "
            "split folders too"
        )
    for name in names:
        splits, _ = split_folders(tree, top / name)
        layout.classes += [ClassFolder(folder, name, split) for split, folder in splits.items()]
    layout.empty += empty_folders(tree, top)
    found = sorted({folder.folder.name for folder in layout.classes})
    layout.notices.append(f"classes are the folders in {top.name}, and splits the folders in each ({first_few(found)})")
    say_outside(tree, layout, top)
    return True


def _holds_classes(tree: Tree, folder: Path) -> bool:
    """Return whether the split folders in a folder hold class folders: it is a data set, and no class."""
    splits, _ = split_folders(tree, folder)
    return any(tree.filled(inner) for inner in inner_folders(tree, splits).values())


def _all_splits(tree: Tree, folder: Path) -> bool:
    names = tree.filled(folder)
    return bool(names) and not tree.listing(folder).images and all(split_of(name) for name in names)


def _refuse_flat_splits(tree: Tree, splits: Mapping[str, Path], others: Sequence[str]) -> None:
    """Refuse `test` without class folders beside classes: a class of that name, or images without labels?"""
    folder = splits.get("test")
    if folder and len(folder.name) > 2:  # `te` is more often a language
        raise ErrataError(
            f"{folder} has {counted(tree.count(folder), 'image')} but no class folders, and lies beside "
            f"{first_few(others)}; rename it if it is a class, move it away if its images have no labels"
        )


def _read_classes(tree: Tree, layout: Layout) -> None:
    """Read CLASS."""
    top, names = layout.top, tree.filled(layout.top)
    wrapper = next((n for n in names if is_wrapper(n) and tree.filled(top / n) and len(names) > 1), None)
    if wrapper and not tree.listing(top / wrapper).images:
        rest = [name for name in names if name != wrapper]
        raise ErrataError(
            f"{top} can be read in two ways: {wrapper} holds folders with images, and beside it lies "
            f"{first_few(rest)}; give the folder that holds the class folders, as {top / wrapper}"
        )
    shared = [name for name, n in Counter(deep for name in names for deep in tree.filled(top / name)).items() if n > 1]
    variants = [name for name in names if has_word(name, VARIANTS)]
    if shared and variants:
        raise ErrataError(
            f"{top} holds {first_few(names)}, which hold the same folders ({first_few(sorted(shared))}); give the one "
            f"to audit: {top / names[0]}"
        )
    layout.classes = [ClassFolder(top / name, name, "") for name in names]
    layout.empty += empty_folders(tree, top)
    if split_named := [name for name in names if split_of(name)]:
        layout.notices.append(
            f"{split_named[0]} is read as a class beside {first_few([n for n in names if n not in split_named])}, "
            "since it holds no class folders"
        )
    say_outside(tree, layout, top)
    say_deeper(tree, layout)
