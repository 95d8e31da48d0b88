"""The class folders of a tree, and what is said of images and folders that are none."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from curation.datasets.folders.folder_words import NO_CLASSES, UNLABELLED, VARIANTS, has_word, is_wrapper
from curation.datasets.folders.tree import Tree
from curation.datasets.folders.wrappers import inside
from curation.words import counted, first_few
from models.errors import ErrataError


class ClassFolder(NamedTuple):
    """A folder with images of one class."""

    folder: Path
    label: str
    split: str  # "" = none


@dataclass
class Layout:
    """How a tree is read."""

    top: Path  # holds the class folders or split folders
    notices: list[str]
    classes: list[ClassFolder] = field(default_factory=list)
    flat: dict[str, Path] = field(default_factory=dict)  # split or "" -> images without class folders
    empty: list[Path] = field(default_factory=list)  # class folders without an image


def say_outside(tree: Tree, layout: Layout, folder: Path) -> None:
    """Say how many images lie beside class folders; refuse them where they are the most."""
    outside = len(tree.listing(folder).images)
    if not outside:
        return
    within = tree.count(folder) - outside
    if outside > within:
        raise ErrataError(
            f"{folder} has {counted(outside, 'image')} outside its class folders and {within:,} in them; sort them "
            f"into {folder}/CLASS/, or list all as filepath,label in a CSV"
        )
    where = "" if folder == tree.root else f" in {inside(tree, folder)}"
    layout.notices.append(f"{counted(outside, 'image')}{where} outside the class folders: left out")


def say_loose_files(tree: Tree, layout: Layout) -> None:
    """Say how many images lie beside the split folders."""
    if loose := len(tree.listing(layout.top).images):
        layout.notices.append(f"{counted(loose, 'image')} beside the split folders: left out")


def say_deeper(tree: Tree, layout: Layout) -> None:
    """Say which classes may be none, and that folders below the classes are no classes, which people may have meant."""
    odd = sorted({label for _, label, _ in layout.classes if has_word(label, NO_CLASSES | UNLABELLED | VARIANTS)})
    if odd:
        verb = "is read as a class" if len(odd) == 1 else "are read as classes"
        layout.notices.append(f"{first_few(odd)} {verb}; move away what is none")
    below = {name for folder in layout.classes for name in tree.filled(folder.folder) if not is_wrapper(name)}
    if below:
        names = sorted({folder.label for folder in layout.classes})
        layout.notices.append(
            f"classes are the {counted(len(names), 'folder')} {first_few(names)}; folders in them "
            f"({first_few(sorted(below))}) are not classes"
        )
