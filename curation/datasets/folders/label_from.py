"""Labels in the names of files, as `beagle_12.jpg`: taken out by a regular expression that a person gives."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry
from curation.datasets.folders.tree import Tree
from curation.datasets.tables.splits import splits_of_folders
from curation.words import counted, first_few
from models.errors import ErrataError

EXAMPLE = r"^(.+)_\d+"
_NUMBERED = re.compile(r"(?=.*[^\W\d_])(.+?)[-_ .]*\(?\d+\)?$")  # beagle_12, great dane (3)


def checked_pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression with one group, which is the label.

    Raises:
        ErrataError: it is none, or has no group or several.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ErrataError(f"label_from {text!r} is no regular expression ({error}); write {EXAMPLE!r}") from error
    if pattern.groups != 1:
        raise ErrataError(
            f"label_from {text!r} has {counted(pattern.groups, 'group')}; put brackets around the label alone, as in "
            f"{EXAMPLE!r}, and write (?:…) for any other"
        )
    return pattern


def read_names(root: Path, text: str, notices: list[str]) -> list[Entry]:
    """Return all images below a folder, each with the label that a regular expression finds in its name.

    It is searched for in the name of the file, or in the path below the root where it holds a slash. Splits are those
    of the folders, where folders say one of every image.

    Args:
        root: of the data set.
        text: the expression, with one group.
        notices: gets a sentence on what was read.

    Raises:
        ErrataError: the expression is none, or it does not fit an image, or gives it an empty label.
    """
    pattern, image_ids = checked_pattern(text), list(Tree(root).images(root))
    of_path = "/" in text
    labels = [_label(pattern, image_id if of_path else PurePosixPath(image_id).name) for image_id in image_ids]
    missing = [image_id for image_id, label in zip(image_ids, labels, strict=True) if not label]
    if missing:
        raise ErrataError(
            f"label_from {text!r} finds no label in {counted(len(missing), 'image')} of {len(image_ids):,} "
            f"({first_few(missing)}); correct it, or move them away"
        )
    splits = splits_of_folders(image_ids) or [""] * len(image_ids)
    notices.append(f"labels are read from the {'paths' if of_path else 'names'} of the files by {text}")
    if any(splits):
        notices.append(f"splits are those of the folders ({first_few(sorted(set(splits)))})")
    return [Entry(*each) for each in zip(image_ids, labels, splits, strict=True)]


def hint(names: Sequence[str]) -> str:
    """Return what to do where files seem to carry their classes in their names; "" where they do not.

    Args:
        names: of files without class folders.
    """
    told = [_NUMBERED.match(PurePosixPath(name).stem) for name in names]
    classes = {said[1] for said in told if said}
    if not all(told) or not 1 < len(classes) <= len(names) // 2:
        return ""
    return (
        f"; if the classes stand in the names of the files ({first_few(sorted(classes))}), add --label-from '{EXAMPLE}'"
    )


def _label(pattern: re.Pattern[str], name: str) -> str:
    found = pattern.search(name)
    return (found[1] or "").strip() if found else ""
