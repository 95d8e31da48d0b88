"""One label for each line: what stands in the cells, and what is refused because several labels stand in one."""

import re
from collections.abc import Callable, Collection, Sequence

from curation.words import counted
from models.errors import ErrataError

_STRONG, _WEAK = ("|", ";"), (",", "+", "&", " ")  # the latter are also parts of names
_LIST = re.compile(r"[\[({].*[\])}]", re.DOTALL)
_ITEM = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^\s,\[\](){}]+)")
_NUMBERS = re.compile(r"\d+([ ,;|]+\d+)*")  # classes by their numbers
_BOXED = re.compile(r"(?:[^\W\d]\S*(?: -?\d+(?:\.\d+)?){4} *)+")  # n01440764 240 170 260 240, as ImageNet lists boxes
_WHOLE = re.compile(r"-?\d+\.0*")  # what pandas writes where a column of whole numbers has a gap


def single_labels(labels: Sequence[str], where: Callable[[int], str]) -> tuple[list[str], str]:
    """Return one label for each line, and in words how the cells were read; "" where as they stand.

    A cell that is a list of one, as `['cat']`, is that one. Whole numbers written as `3.0` are `3`.

    Args:
        labels: the cells; none is empty.
        where: line, 0..N-1 -> its place, for messages.

    Raises:
        ErrataError: a cell holds several labels.
    """
    if labels and all(_LIST.fullmatch(label) for label in set(labels)):
        return [_only_item(labels, line, where) for line in range(len(labels))], "each label is a list of one"
    lists = {label for label in set(labels) if label[0] + label[-1] == "[]" and len(_ITEM.findall(label)) > 1}
    if all(_NUMBERS.fullmatch(label) for label in set(labels)):
        lists |= {label for label in set(labels) if not label.isdigit()}
    if labels and all(map(_BOXED.fullmatch, labels)):
        return _boxed(labels, where), "boxes after the labels are passed over"
    together = lists or _combined(set(labels))
    if together:
        line = next(line for line, label in enumerate(labels) if label in together)
        several_labels(where(line), labels[line], sum(label in together for label in labels), len(labels))
    if labels and all(_WHOLE.fullmatch(label) for label in set(labels)):
        return [label.partition(".")[0] for label in labels], "labels such as 3.0 are read as 3"
    return list(labels), ""


def _boxed(labels: Sequence[str], where: Callable[[int], str]) -> list[str]:
    """Return the label before the boxes of each cell; several boxes have one label."""
    names = [label.split()[::5] for label in labels]
    several = [line for line, said in enumerate(names) if len(set(said)) > 1]
    if several:
        several_labels(where(several[0]), ", ".join(names[several[0]]), len(several), len(names))
    return [said[0] for said in names]


def several_labels(place: str, cell: str, count: int, total: int) -> None:
    """Refuse images with several labels.

    Args:
        place: of the first of them.
        cell: its labels.
        count: how many images have several.
        total: all images.

    Raises:
        ErrataError: always.
    """
    others = f", as {count:,} of {counted(total, 'image')} do" if count > 1 else ""
    raise ErrataError(
        f"{place}: {cell!r} names several labels{others}; Errata judges one label for each image: "
        "keep one, or list one class against the rest"
    )


def _only_item(labels: Sequence[str], line: int, where: Callable[[int], str]) -> str:
    items = [str(first or second or third) for first, second, third in _ITEM.findall(labels[line])]
    if len(items) > 1:
        count = sum(len(_ITEM.findall(label)) > 1 for label in labels)
        several_labels(where(line), labels[line], count, len(labels))
    if not items:
        raise ErrataError(f"{where(line)} has no label; fill it in or remove the line")
    return items[0]


def _combined(labels: Collection[str]) -> set[str]:
    """Return the labels that are other labels, joined: all of their parts stand elsewhere too.

    Bars and semicolons join labels. Commas and blanks are also parts of names (`sea lion` beside `sea` and `lion`):
    they join where two labels or more are made in that way, of labels that also stand alone.
    """
    for mark in _STRONG + _WEAK:
        parts = {label: {part.strip() for part in label.split(mark)} for label in labels if mark in label}
        parts = {label: those for label, those in parts.items() if len(those) > 1 and "" not in those}
        alone = set(labels) - parts.keys()
        if mark in _STRONG:
            joined = {label for label in parts if all(_elsewhere(part, label, parts, alone) for part in parts[label])}
        else:
            joined = {label for label, those in parts.items() if those <= alone}
        if len(joined) > (mark in _WEAK):
            return joined
    return set()


def _elsewhere(part: str, label: str, parts: dict[str, set[str]], alone: set[str]) -> bool:
    return part in alone or any(part in those for other, those in parts.items() if other != label)
