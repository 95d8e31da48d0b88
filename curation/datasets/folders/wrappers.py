"""Folders that only hold what matters, above the splits and between splits and classes; and those that may be lost."""

from collections.abc import Mapping
from pathlib import Path

from curation.datasets.folders.folder_words import NO_CLASSES, UNLABELLED, VARIANTS, has_word, is_wrapper
from curation.datasets.folders.tree import Tree
from curation.datasets.split_words import split_of, splits_of
from curation.datasets.tables.image_names import is_image_name
from curation.words import counted
from models.errors import ErrataError


def below_wrappers(tree: Tree) -> tuple[Path, list[str]]:
    """Return the first folder, from the root down, that holds more than one that leads on, and what is said of it."""
    top = tree.root
    notices: list[str] = []
    while True:
        name, beside = only_way(tree, top)
        if not name or split_of(name) or not tree.filled(top / name):
            return top, notices
        listing = tree.listing(top)
        empty = [folder for folder in listing.folders if folder not in tree.filled(top)]
        if any(_may_be_lost(tree, top / folder) for folder in empty) or len(listing.images) > tree.count(top / name):
            return top, notices
        for folder in beside:
            images = counted(tree.count(top / folder), "image")
            notices.append(f"{inside(tree, top / folder)} is no class: {images} left out")
        top /= name


def only_way(tree: Tree, top: Path) -> tuple[str, list[str]]:
    """Return the only folder that leads on, and what lies beside it: `images` beside `masks`; "" where several do."""
    filled = tree.filled(top)
    wrappers = [name for name in filled if is_wrapper(name)]
    others = [name for name in filled if name not in wrappers]
    if len(filled) == 1:
        return filled[0], []
    if len(wrappers) == 1 and all(has_word(name, NO_CLASSES | VARIANTS | UNLABELLED) for name in others):
        return wrappers[0], others
    return "", []


def split_folders(tree: Tree, top: Path) -> tuple[dict[str, Path], list[str]]:
    """Return split -> folder, and the names of all other folders with images."""
    splits: dict[str, Path] = {}
    others = []
    named = splits_of(tree.filled(top))
    for name in tree.filled(top):
        split = named.get(name)
        if split is None:
            others.append(name)
        elif split in splits:
            raise ErrataError(f"{top} has two folders for {split}, {splits[split].name} and {name}; keep one of them")
        else:
            splits[split] = top / name
    return splits, others


def inner_folders(tree: Tree, splits: Mapping[str, Path]) -> dict[str, Path]:
    """Return split -> the folder that holds its class folders: train/images, seg_train/seg_train or train itself."""
    inner = dict(splits)
    while True:
        only = {
            split: folder / name
            for split, folder in inner.items()
            if (name := only_way(tree, folder)[0]) and not tree.listing(folder).images
        }
        deep = [split for split, folder in inner.items() if tree.filled(folder)]
        alike = len({folder.name for folder in only.values()}) == 1 and len(only) == len(deep)
        alike = alike and all(tree.filled(folder) for folder in only.values())
        below = {
            split: folder
            for split, folder in only.items()
            if alike or is_wrapper(folder.name) or split_of(folder.name) == split
        }
        if not below:
            return inner
        inner |= below


def empty_folders(tree: Tree, folder: Path) -> list[Path]:
    """Return the folders without an image that may be classes."""
    names = set(tree.listing(folder).folders) - set(tree.filled(folder)) - _no_classes(tree, folder)
    return [folder / name for name in sorted(names)]


def inside(tree: Tree, folder: Path) -> str:
    """Return a folder as people see it in the data set."""
    return folder.relative_to(tree.root).as_posix()


def _no_classes(tree: Tree, folder: Path) -> set[str]:
    """Return the folders without an image that hold something else, as `annotations`."""
    empty = set(tree.listing(folder).folders) - set(tree.filled(folder))
    return {name for name in empty if not _may_be_class(folder / name)}


def _may_be_lost(tree: Tree, folder: Path) -> bool:
    """Return whether a folder may be a class, all images of which are missing or of a kind that is not read."""
    unread = tree.unread(folder)
    return _may_be_class(folder) and (not unread or any(is_image_name(f"a{suffix}") for suffix in unread))


def _may_be_class(folder: Path) -> bool:
    """Return whether a folder without an image may be a class that lost its images."""
    return not has_word(folder.name, NO_CLASSES) and not split_of(folder.name)
