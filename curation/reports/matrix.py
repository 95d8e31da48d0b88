"""Confusion matrices: a table for pages and screens, and the commonest confusions where classes are too many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from curation.reports.templates import render
from curation.words import counted
from models.arrays import FloatArray, IntArray

Counts = Sequence[Sequence[int]]  # K x K images: row = given label
AnyCounts = Counts | IntArray | Mapping[str, Any]  # the same, or as `stored` returns it
MAX_MATRIX_CLASSES = 20  # with more, a matrix cannot be read; the commonest confusions are listed
COMMONEST = 6
_MOST_STORED = 200  # classes; of a matrix with more, files name the cells that hold an image
_DEEP = 0.55  # from here on a cell is so dark that its text may need another colour


@dataclass(frozen=True)
class Cell:
    """One cell of a matrix."""

    row: int
    column: int
    count: int
    share: float  # of the images in its row, in [0, 1]
    depth: float  # of its colour, in [0, 1]
    title: str  # what it says in words

    @property
    def kinds(self) -> str:
        """CSS classes."""
        place = "same" if self.row == self.column else "other"
        return " ".join([place, *["zero"] * (not self.count), *["deep"] * (self.depth > _DEEP)])


def fits(classes: Sequence[str]) -> bool:
    """Return whether a matrix of these classes can be read."""
    return len(classes) <= MAX_MATRIX_CLASSES


def stored(counts: IntArray) -> list[list[int]] | dict[str, Any]:
    """Return a matrix, shape (K, K), as JSON holds it: rows, or with many classes `cells` of row, column, images."""
    if len(counts) <= _MOST_STORED:
        rows: list[list[int]] = counts.tolist()
        return rows
    return {"classes": len(counts), "cells": np.stack(filled_cells(counts), 1).tolist()}


def filled_cells(counts: AnyCounts) -> tuple[IntArray, IntArray, IntArray]:
    """Return row, column and images of the cells that hold an image, shape (C,) each, row by row."""
    if isinstance(counts, Mapping):
        row, column, images = np.array(counts["cells"], np.int64).reshape(-1, 3).T
        return row, column, images
    matrix = np.asarray(counts)
    row, column = np.nonzero(matrix)
    return row, column, matrix[row, column]


def shares(counts: Counts) -> FloatArray:
    """Return each row of a confusion matrix as shares of that given label, shape (K, K); zeros for no image."""
    matrix = np.asarray(counts, np.float32)
    return np.asarray(matrix / np.maximum(matrix.sum(1, keepdims=True), 1), np.float32)


def worst_confusion(matrices: Sequence[AnyCounts]) -> float:
    """Return the largest share beside the diagonal over all matrices: the one scale they are shaded on."""
    worst = 0.0
    for row, column, images in map(filled_cells, matrices):
        share = np.float32(images) / np.maximum(np.bincount(row, images), 1).astype(np.float32)[row]
        worst = max(worst, float(share[row != column].max(initial=0)))
    return worst


def matrix_cells(
    counts: Counts, classes: Sequence[str], scale: float, column: str = "predicted", row: str = "given"
) -> list[list[Cell]]:
    """Return the cells of a matrix, row by row.

    Args:
        counts: images, K x K.
        classes: K names.
        scale: the share, in [0, 1], that is darkest beside the diagonal; on the diagonal it is 1.
        column: what the columns are.
        row: what the rows are.
    """
    parts = shares(counts)
    return [
        [
            Cell(
                i,
                j,
                int(counts[i][j]),
                float(parts[i, j]),
                min(1.0, float(parts[i, j]) / (1.0 if i == j else scale or 1.0)),
                f"{row} {name}, {column} {other}: {counted(counts[i][j], 'image')}, "
                f"{100 * parts[i, j]:.1f} % of those {row} {name}",
            )
            for j, other in enumerate(classes)
        ]
        for i, name in enumerate(classes)
    ]


def confusion_matrix(
    counts: Counts,
    classes: Sequence[str],
    scale: float,
    column: str = "predicted",
    row: str = "given",
    inside: Callable[[Cell], Markup] | None = None,
    chosen: tuple[int, int] | None = None,
) -> Markup:
    """Return a table; darker = a larger share of the row.

    Args:
        counts: images, K x K.
        classes: K names.
        scale: as for `matrix_cells`: one for all matrices that stand together.
        column: what the columns are.
        row: what the rows are.
        inside: what stands in a cell; its count by default.
        chosen: row and column of a cell that is marked.
    """
    return render(
        "curation/reports/templates/matrix.html",
        lines=zip(classes, matrix_cells(counts, classes, scale, column, row), strict=True),
        classes=classes,
        row=row,
        column=column,
        inside=inside,
        chosen=chosen,
    )


def matrix_legend(scale: float, classes: Sequence[str], label: str = "given label") -> Markup:
    """Return how matrices on one scale, or the confusions listed instead of them, are to be read."""
    return render(
        "curation/reports/templates/matrix_legend.html",
        scale=scale,
        drawn=fits(classes),
        limit=MAX_MATRIX_CLASSES,
        label=label,
    )


def commonest(counts: AnyCounts, shown: int = COMMONEST) -> list[tuple[int, int, int, int]]:
    """Return the commonest confusions, most images first: row, column, images, images in that row.

    Args:
        counts: images, K x K.
        shown: at most so many.
    """
    row, column, images = filled_cells(counts)
    totals, beside = np.bincount(row, images), np.flatnonzero(row != column)
    order = beside[np.argsort(-images[beside], kind="stable")][:shown]
    return [(int(row[at]), int(column[at]), int(images[at]), int(totals[row[at]])) for at in order]


def commonest_list(counts: AnyCounts, classes: Sequence[str]) -> Markup:
    """Return the commonest confusions as a list, each with its n."""
    return render("curation/reports/templates/commonest.html", confusions=commonest(counts), classes=list(classes))
