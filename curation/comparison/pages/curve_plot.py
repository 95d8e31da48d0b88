"""The learning curves of all contestants in one plot, as inline SVG."""

from typing import Any

from curation.reports.curves import chart_figure, curve_points
from curation.reports.html import section, text
from curation.reports.line_chart import Line, Point, Sheet, line_chart

_SHEET = Sheet(560, 270, left=50, right=14, top=12, bottom=42)
_QUANTITIES = (
    ("val_accuracy", "Accuracy on the validation images"),
    ("val_loss", "Loss on the validation images, nats"),
)


def curves_section(figures: dict[str, Any]) -> str:
    """Return accuracy and loss of the validation images against the epoch: a line a seed, a colour a contestant."""
    plots = "".join(filter(None, (_figure(figures, name, title) for name, title in _QUANTITIES)))
    if not plots:
        return ""
    columns = figures["contestants"]
    keys = "".join(
        f'<span><i class="c{place % 8}"></i>{text(one["title"])}</span>'
        for place, one in enumerate(columns)
        if any(run["curve"] for run in one["runs"])
    )
    fitted = [text(one["title"]) for one in columns if not any(run["curve"] for run in one["runs"])]
    note = f"<p class=note>Fitted in one go, without epochs: {', '.join(fitted)}.</p>" if fitted else ""
    lead = (
        "<p class=lead>Validation images choose the epoch that is kept (dot). They carry the labels that the network "
        f"was trained on.</p><p class=keys>{keys}</p>"
    )
    return section("curves", "Learning curves", lead, f'<div class="plots">{plots}</div>', note)


def _figure(figures: dict[str, Any], name: str, title: str) -> str:
    lines = [
        Line(f"{contestant['title']}, seed {run['seed']}", points, f"c{place % 8}", _kept(points, run["kept_epoch"]))
        for place, contestant in enumerate(figures["contestants"])
        for run in contestant["runs"]
        if (points := curve_points(run["curve"], name))
    ]
    if not lines:
        return ""
    values = [value for line in lines for _, value in line.points]
    share = name == "val_accuracy"
    drawing = line_chart(
        lines,
        "epoch",
        x_range=(1, max(epoch for line in lines for epoch, _ in line.points)),
        y_range=(0, 1.0 if share else _usual_end(values)),
        percent=share,
        sheet=_SHEET,
    )
    return chart_figure(drawing, title, f"{title} against the epoch", _SHEET)


def _kept(points: list[Point], epoch: int | None) -> list[Point]:
    return [point for point in points if point[0] == epoch]


def _usual_end(values: list[float]) -> float:
    """Return where an axis from 0 ends: a few very high values, as of a first epoch, are cut off."""
    return sorted(values)[int(0.95 * (len(values) - 1))]
