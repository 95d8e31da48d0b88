"""Confusion matrices on a screen: tables whose cells lead to their images."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from app.html_parts.picks import pick
from curation.reports.matrix import Cell, Counts, confusion_matrix

Choices = Callable[[int, int], dict[str, str]]  # row and column of a cell -> what it puts into the address


def matrix(
    counts: Counts,
    classes: Sequence[str],
    scale: float,
    choices: Choices,
    chosen: tuple[int, int] | None = None,
    column: str = "predicted",
    beside: int = 1,
) -> str:
    """Return a table: row = given label; darker = a larger share of it, beside the diagonal by `scale`.

    Args:
        counts: images, K x K.
        classes: K names.
        scale: the share, in [0, 1], that is darkest beside the diagonal: one for all matrices that stand together.
        choices: what a click on a cell puts into the address.
        chosen: the cell whose images are shown.
        column: what the columns are.
        beside: matrices in a line; cells are smaller where there are many.
    """

    def link(cell: Cell) -> Markup:
        if not cell.count:
            return Markup("·")
        inner = f"{cell.count:,}<small>{cell.share:.0%}</small>"
        return Markup(pick(inner, "er-cell", cell.title, **choices(cell.row, cell.column)))  # noqa: S704

    few = "er-few" if beside * len(classes) <= 20 else "er-mid"
    size = few if len(classes) <= 12 else "er-many"
    table = confusion_matrix(counts, classes, scale, column, inside=link, chosen=chosen)
    return Markup('<div class="er-matrix {}">{}</div>').format(size, table)


def legend(scale: float) -> str:
    """Return how the matrices are to be read."""
    return (
        '<p class="er-scales">Images, and their share of the given label. <i class="er-ramp er-same"></i> on the '
        f'diagonal 0 to 100 %, <i class="er-ramp er-other"></i> beside it 0 to {scale:.0%}, one scale for all. '
        "A click on a cell shows its images.</p>"
    )
