"""Which column of a prediction made elsewhere is which class; and whether the columns seem to be exchanged."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curation.words import first_few
from models.arrays import IntArray
from models.errors import ErrataError

_FEW = 10  # class names that a sentence lists in full
# A permutation of the columns is told of where it would fit so much better, on so many images a class.
_FITS, _BETTER, _IMAGES = 0.6, 0.3, 3


def class_order(names: Sequence[str], classes: tuple[str, ...]) -> tuple[list[int], str]:
    """Return the place of each class among the names of the columns, and a sentence where names are not equal.

    Numbers are compared by value, and other names without regard to case, spaces and underscores where these are all
    that keeps them apart.

    Raises:
        ErrataError: the names are not those of the classes; the sentence goes after the file's name.
    """
    for plain in (str, _composed, _number, _loose):
        wanted, had = [plain(name) for name in classes], [plain(name) for name in names]
        if len(set(wanted)) == len(classes) and sorted(wanted) == sorted(had):
            loose = "" if plain in (str, _composed) else _example(names, classes, wanted, had)
            return [had.index(name) for name in wanted], loose
    raise ErrataError(_difference([str(name) for name in names], classes))


def order_of_columns(names: Sequence[str], classes: tuple[str, ...], notices: list[str]) -> list[int]:
    """Return the place of each class among the names of the columns; where names are not equal, notices get a sentence.

    Raises:
        ErrataError: as `class_order`.
    """
    order, notice = class_order(names, classes)
    notices += [notice] if notice else []
    return order


def _example(names: Sequence[str], classes: Sequence[str], wanted: list[str], had: list[str]) -> str:
    different = next(i for i, name in enumerate(wanted) if names[had.index(name)] != classes[i])
    return f"Its class {names[had.index(wanted[different])]!r} is read as {classes[different]!r}, and others alike."


def order_without_names(classes: tuple[str, ...]) -> str:
    """Return a sentence on the order in which columns without names are read: that of the data set's classes.

    Raises:
        ErrataError: others may have put the classes in another order; the sentence goes after the file's name.
    """
    orders = dict.fromkeys((classes, *_usual_orders(classes)))
    if len(orders) > 1:
        first, second = (", ".join(order[:_FEW]) + (", …" if len(order) > _FEW else "") for order in list(orders)[:2])
        raise ErrataError(
            f"does not name the classes of its columns, and they may be meant as {first} or as {second}; add an array "
            "`classes` with the name of each column, in order"
        )
    return f"Its columns have no names and are read in the order of the classes: {first_few(list(classes))}."


def _usual_orders(classes: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the orders that tools put class names in: by code points, without regard to case, by numbers in names."""
    return [
        tuple(sorted(classes)),
        tuple(sorted(classes, key=str.casefold)),
        tuple(sorted(classes, key=lambda name: [_part(part) for part in re.split(r"(\d+)", name)])),
    ]


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdecimal() and text.isascii() else (1, 0, text)


def exchanged(labels: IntArray, predicted: IntArray, classes: tuple[str, ...]) -> str:
    """Return a warning where the columns seem to be in another order than they are read; "" where they do not.

    Args:
        labels: given class indices, shape (N,).
        predicted: most probable class of each image as read, shape (N,).
        classes: K names.
    """
    from scipy.optimize import linear_sum_assignment

    n, n_classes = len(labels), len(classes)
    present = len(np.unique(labels))
    if n < _IMAGES * present or n_classes > 3_000:
        return ""
    counts: npt.NDArray[np.int64] = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    rows, columns = linear_sum_assignment(-counts)
    as_read, best = float(counts.trace()) / n, float(counts[rows, columns].sum()) / n
    if best < _FITS or best - as_read < _BETTER:
        return ""
    moved = [(row, column) for row, column in zip(rows, columns, strict=True) if row != column and counts[row, column]]
    pairs = [f"{classes[column]!r} fits {classes[row]!r}" for row, column in moved]
    return (
        f"Warning: the predictions agree with {as_read:.0%} of the labels as their columns are read, and would agree "
        f"with {best:.0%} in another order: the column read as {first_few(pairs)}. Check the order of the classes."
    )


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", str(name)).strip()


def _number(name: str) -> str:
    try:
        value = float(name)
    except ValueError:
        return _composed(name)
    return str(int(value)) if value.is_integer() else str(value)


def _loose(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", _composed(name).casefold())


def _difference(names: list[str], classes: tuple[str, ...]) -> str:
    """Return the sentence on names that are not those of the classes."""
    numbers = [str(place) for place in range(len(classes))]
    if sorted(names) == sorted(numbers):
        return (
            f"names its classes by numbers, 0 to {len(classes) - 1}, and the data set by names "
            f"({first_few(list(classes))}); write the name of each column in their place"
        )
    if max(len(names), len(classes)) <= _FEW:
        return f"has the classes {', '.join(names) or '(none)'}; the data set has {', '.join(classes)}"
    lacks, more = sorted(set(classes) - set(names)), sorted(set(names) - set(classes))
    parts = [f"lacks {len(lacks)} of the data set's {len(classes)} classes ({first_few(lacks)})"] if lacks else []
    parts += [f"has {len(more)} classes that the data set does not have ({first_few(more)})"] if more else []
    parts += ["names a class twice"] if len(set(names)) < len(names) else []
    return f"{' and '.join(parts)}; give one column for each class of the data set"
