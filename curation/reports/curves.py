"""Learning curves: accuracy or loss against the epoch, a training and a validation line for each fold or seed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from curation.reports.line_chart import Line, Point, Sheet, line_chart
from curation.reports.templates import render
from models.figures.curves import Epoch, kept_epoch

Curves = dict[str, list[dict[str, float | None]]]  # fold or seed -> its epochs
SHEET = Sheet()
_FOLDS = {"train": "training", "val": "inner split"}


def finite(epochs: list[Epoch]) -> list[dict[str, float | None]]:
    """Return epochs as JSON has them: a figure that is not a number becomes None."""
    return [
        {name: float(value) if value is not None and np.isfinite(value) else None for name, value in epoch.items()}
        for epoch in epochs
    ]


def curves_plot(
    curves: Curves,
    quantity: str,
    title: str,
    each: str = "fold",
    names: Mapping[str, str] = _FOLDS,
    epochs: int = 0,
) -> Markup:
    """Return a figure of `accuracy` or `loss` against the epoch: for each fold a training and an inner-split line.

    Args:
        curves: the epochs of each fold, from 1 on.
        quantity: `accuracy` or `loss`.
        title: plain text.
        each: what a pair of lines belongs to.
        names: what the lines `train` and `val` are called, at most ten letters.
        epochs: how many are planned, so that the axis of a training under way stands still.

    Returns:
        HTML; empty where no fold has the figure.
    """
    return chart_figure(
        curves_drawing(curves, quantity, each, names, epochs), title, f"{title} of each {each} against the epoch"
    )


def chart_figure(drawing: Markup, title: str, alternative_text: str, sheet: Sheet = SHEET) -> Markup:
    """Return a drawing of `line_chart` as a figure with a caption; empty where nothing is drawn."""
    if not drawing:
        return drawing
    return render(
        "curation/reports/templates/chart.html",
        drawing=drawing,
        title=title,
        alternative_text=alternative_text,
        sheet=sheet,
    )


def curves_drawing(
    curves: Curves, quantity: str, each: str, names: Mapping[str, str] = _FOLDS, epochs: int = 0
) -> Markup:
    """Return what `curves_plot` draws on its sheet, without the figure around it."""
    lines = [
        Line(f"{each} {key}, {name}", points, part, _kept(points, values) if part == "val" else ())
        for part, name in names.items()
        for key, values in curves.items()
        if (points := curve_points(values, f"{part}_{quantity}"))
    ]
    points = [point for line in lines for point in line.points]
    last = max([epochs, *(int(epoch) for epoch, _ in points)])
    return line_chart(
        lines,
        "epoch",
        x_range=(1, last),
        y_range=(0, 1.0 if quantity == "accuracy" else max((value for _, value in points), default=1.0)),
        percent=quantity == "accuracy",
        end_names=names,
    )


def curve_points(epochs: Sequence[Mapping[str, Any]], name: str) -> list[Point]:
    """Return (epoch, value) of each epoch that has the figure."""
    known = [(epoch["epoch"], epoch[name]) for epoch in epochs if epoch.get(name) is not None]
    return [(float(number), float(value)) for number, value in known if np.isfinite(value)]


def _kept(points: Sequence[Point], epochs: list[Epoch]) -> list[Point]:
    """Return the point of the epoch that training kept."""
    kept = kept_epoch(epochs)
    return [point for point in points if point[0] == kept]
