"""The learning curves of all contestants in one plot, as inline SVG."""

from typing import Any

from curation.reports.html import section, text

Line = list[tuple[int, float]]
_WIDTH, _HEIGHT = 560, 270  # px
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 14, 12, 42
_QUANTITIES = (
    ("val_accuracy", "Accuracy on the validation images"),
    ("val_loss", "Loss on the validation images, nats"),
)
# Between two lines of an axis: 1, 2 or 5 times a power of ten, and 25 of them.
_STEPS: list[float] = [factor * 10**power for power in range(-5, 30) for factor in (0.1, 0.2, 0.25, 0.5)]


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
        (place, one["title"], run, _line(run["curve"], name))
        for place, one in enumerate(figures["contestants"])
        for run in one["runs"]
    ]
    points = [point for *_, line in lines for point in line]
    if not points:
        return ""
    share = name == "val_accuracy"
    axes = _Axes(max(epoch for epoch, _ in points), 1.0 if share else _top(points), share)
    drawn = "".join(_drawn(place, said, run, line, axes) for place, said, run, line in lines if line)
    return (
        f'<figure><figcaption>{title}</figcaption><svg class="curves" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{title} against the epoch">{axes.grid()}{drawn}</svg></figure>'
    )


def _line(curve: list[dict[str, Any]], name: str) -> Line:
    return [(int(epoch["epoch"]), float(epoch[name])) for epoch in curve if epoch.get(name) is not None]


def _top(points: Line) -> float:
    """Return the end of an axis from 0: a lone outburst of the first epoch is cut off rather than flatten the rest."""
    values = sorted(value for _, value in points)
    usual = values[int(0.95 * (len(values) - 1))]
    return next(4 * step for step in _STEPS if 4 * step >= 1.02 * usual)


def _drawn(place: int, title: str, run: dict[str, Any], line: Line, axes: "_Axes") -> str:
    kind, said = f"c{place % 8}", f"<title>{text(title)}, seed {run['seed']}</title>"
    points = " ".join(f"{axes.x(epoch):.1f},{axes.y(value):.1f}" for epoch, value in line)
    shown = [point for point in line if point[0] == run["kept_epoch"]] or ([line[-1]] if len(line) == 1 else [])
    dots = "".join(f'<circle class="{kind}" cx="{axes.x(e):.1f}" cy="{axes.y(v):.1f}" r="4"/>' for e, v in shown)
    return f'<g>{said}<polyline class="{kind}" points="{points}"/>{dots}</g>'


class _Axes:
    """Where an epoch (from 1) and a value (from 0) lie."""

    def __init__(self, last: int, top: float, share: bool):
        self.last, self.top, self.share = last, top, share

    def x(self, epoch: float) -> float:
        return _LEFT + (epoch - 1) / max(1, self.last - 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (1 - min(1.0, value / self.top)) * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self) -> str:
        """Return lines with their values, and the epochs below."""
        parts = []
        for tick in range(5):
            value = self.top * tick / 4
            y, shown = self.y(value), f"{100 * value:.0f} %" if self.share else f"{value:.3g}"
            parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
        step = max(1, -(-self.last // 8))
        for epoch in range(step if step > 1 else 1, self.last + 1, step):
            x = self.x(epoch)
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{epoch}</text>')
        middle = self.x((1 + self.last) / 2)
        return "".join(parts) + f'<text x="{middle:.1f}" y="{_HEIGHT - 5}" text-anchor="middle">epoch</text>'
