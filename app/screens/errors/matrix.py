"""Confusion matrices as tables whose cells lead to their images."""

from collections.abc import Callable, Sequence
from html import escape

from app.html_parts.picks import pick
from curation.reports.charts import MAX_MATRIX_CLASSES, shares
from models.arrays import IntArray

Choices = Callable[[int, int], dict[str, str]]  # row and column of a cell -> what it puts into the address


def fits(n_classes: int) -> bool:
    """Return whether a matrix of so many classes can be read."""
    return n_classes <= MAX_MATRIX_CLASSES


def matrix(
    counts: IntArray,
    classes: Sequence[str],
    scale: float,
    choices: Choices,
    chosen: tuple[int, int] | None = None,
    column: str = "predicted",
    beside: int = 1,
) -> str:
    """Return a table: row = given label; darker = a larger share of it, beside the diagonal by `scale`.

    Args:
        counts: images, shape (K, K).
        classes: K names.
        scale: the share, in [0, 1], that is darkest beside the diagonal: one for all matrices that stand together.
        choices: what a click on a cell puts into the address.
        chosen: the cell whose images are shown.
        column: what the columns are.
        beside: matrices in a line; cells are smaller where there are many.
    """
    own = shares(counts.tolist())
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in classes)
    lines = []
    for i, given in enumerate(classes):
        cells = "".join(
            _cell(
                int(counts[i, j]),
                float(own[i, j]),
                own[i, j] if i == j else own[i, j] / scale if scale else 0.0,
                "same" if i == j else "other",
                f"given {given}, {column} {classes[j]}",
                choices(i, j),
                (i, j) == chosen,
            )
            for j in range(len(classes))
        )
        lines.append(f'<tr><th scope="row">{escape(given)}</th>{cells}</tr>')
    corner = f"<th>given ↓ {column} →</th>"
    size = (
        "er-few"
        if beside * len(classes) <= 20 and len(classes) <= 12
        else "er-mid"
        if len(classes) <= 12
        else "er-many"
    )
    return f'<table class="er-matrix {size}"><tr>{corner}{head}</tr>{"".join(lines)}</table>'


def _cell(n: int, share: float, depth: float, kind: str, what: str, choices: dict[str, str], chosen: bool) -> str:
    if not n:
        return '<td class="er-zero">·</td>'
    title = f"{what}: {n:,} image{'s' * (n > 1)}, {share:.1%} of those so labelled"
    inner = pick(f"{n:,}<small>{share:.0%}</small>", "er-cell", title, **choices)
    deep = " er-deep" if depth > 0.55 else ""
    here = " er-here" if chosen else ""
    return f'<td class="er-{kind}{deep}{here}" style="--depth:{100 * min(1.0, depth):.0f}%">{inner}</td>'


def legend(scale: float) -> str:
    """Return how the matrices are to be read."""
    return (
        '<p class="er-scales">Images, and their share of the given label. <i class="er-ramp er-same"></i> on the '
        f'diagonal 0 to 100 %, <i class="er-ramp er-other"></i> beside it 0 to {scale:.0%}, one scale for all. '
        "A click on a cell shows its images.</p>"
    )
