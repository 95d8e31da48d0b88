"""Confusion matrices on a screen: each cell is a link to its images."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from app.html_parts.picks import pick
from app.html_parts.templates import macros
from curation.reports.matrix import Cell, Counts, confusion_matrix

Choices = Callable[[int, int], dict[str, str]]  # row and column of a cell -> what it puts into the address
_HTML = macros(__file__)


def matrix(
    counts: Counts,
    classes: Sequence[str],
    scale: float,
    choices: Choices,
    chosen: tuple[int, int] | None = None,
    column: str = "predicted",
    beside: int = 1,
) -> Markup:
    """Return a table: row = given label; darker = a larger share of the row, beside the diagonal relative to `scale`.

    Args:
        counts: images, K x K.
        classes: K names.
        scale: the share, in [0, 1], that is darkest beside the diagonal: the same for all matrices on a page.
        choices: what a click on a cell puts into the address.
        chosen: the cell whose images are shown.
        column: what the columns are.
        beside: matrices in a line; cells are smaller where there are many.
    """

    def link(cell: Cell) -> Markup:
        content = _HTML.cell(cell)
        return pick(content, "er-cell", cell.title, **choices(cell.row, cell.column)) if cell.count else content

    table = confusion_matrix(counts, classes, scale, column, inside=link, chosen=chosen)
    return _HTML.matrix(_size(len(classes), beside), table)


def _size(n_classes: int, beside: int) -> str:
    """Return the class of the style sheet for as many columns as stand side by side."""
    if n_classes > 12:
        return "er-many"
    return "er-few" if beside * n_classes <= 20 else "er-mid"


def legend(scale: float) -> Markup:
    """Return how the matrices are to be read."""
    return _HTML.legend(scale)
