"""Charts of lines as images with a legend: drawn at once, light or dark as the page is, need no library."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from curation.palette import PALETTE, theme_css
from curation.reports.line_chart import Line, Sheet, line_chart

_SHEET = Sheet(640, 250, left=56, right=14, top=26, bottom=40)
# An image is a document of its own: it knows the page's colour scheme and none of its variables.
_STYLE = Path(__file__).with_name("line_chart.css")
_ON_PAGE = {"given": "var(--er-given)", "other": "var(--er-other)"}  # colours of style.css


def line_figure(
    lines: Sequence[Line],
    x_label: str,
    y_label: str,
    *,
    band: Sequence[tuple[float, float, float]] = (),
    percent: bool = False,
    whole: bool = False,
) -> Markup:
    """Return a chart with its legend under it; empty without any point.

    Args:
        lines: of the kinds `given` and `other`, `dashed` or not; one without a colour gets it by its place.
        x_label: what the horizontal axis counts.
        y_label: what the vertical axis shows, with its unit.
        band: as for `line_chart`.
        percent: whether y is a share; its axis then begins where the data do.
        whole: as for `line_chart`.
    """
    shares = [y for line in lines for _, y in line.points] if percent else []
    drawing = line_chart(
        [replace(line, kind=f"c{place % len(PALETTE)} {line.kind}") for place, line in enumerate(lines)],
        x_label,
        y_label,
        y_range=(min(shares), max(shares)) if shares else None,
        percent=percent,
        whole=whole,
        band=band,
        sheet=_SHEET,
    )
    if not drawing:
        return Markup()
    colours = "".join(f".c{place}{{--own:{colour}}}" for place, colour in enumerate(PALETTE))
    style = theme_css("svg") + _STYLE.read_text(encoding="utf-8") + colours
    return Markup('<figure class="er-chart"><img src="{}" alt="{} over {}">{}</figure>').format(
        drawing_address(drawing, style, f"{_SHEET.width} {_SHEET.height}"), y_label, x_label, _legend(lines)
    )


def drawing_address(drawing: str, style: str, size: str, kind: str = "chart") -> str:
    """Return a drawing as a `data:` address, for pages that remove `svg` elements.

    Args:
        drawing: what is inside the `svg` element.
        style: its style sheet.
        size: width and height in px.
        kind: its CSS class.
    """
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {size}"><style>{style}</style>'
        f"{drawing}</svg>"
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode('ascii')}"


def _legend(lines: Sequence[Line]) -> Markup:
    if len(lines) < 2:
        return Markup()
    item = Markup('<span><i class="er-{}" style="color:{}"></i>{}</span>')
    items = [
        item.format("dashed" if "dashed" in line.kind else "solid", _page_colour(line.kind, place), line.name)
        for place, line in enumerate(lines)
    ]
    return Markup("<figcaption>{}</figcaption>").format(Markup().join(items))


def _page_colour(kind: str, place: int) -> str:
    return next((_ON_PAGE[name] for name in kind.split() if name in _ON_PAGE), PALETTE[place % len(PALETTE)])
