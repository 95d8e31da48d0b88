"""Small pieces of HTML; whatever comes from a file passes through `text`."""

from collections.abc import Iterable
from html import escape
from typing import Any

from curation.palette import PALETTE


def text(value: object) -> str:
    """Return the value as text that is safe between tags and inside quoted attributes."""
    return escape(str(value), quote=True)


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share of [0, 1] as a percentage; a dash where there is none."""
    return "&ndash;" if share is None else f"{100 * share:.{decimals}f} %"


def interval(figures: dict[str, Any]) -> str:
    """Return the 95 % interval of a share."""
    return f"{100 * figures['low']:.1f} to {100 * figures['high']:.1f} %"


def swatch(name: str, classes: list[str]) -> str:
    """Return a class name behind a dot of its colour."""
    colour = PALETTE[classes.index(name) % len(PALETTE)]
    return f'<span class="class"><i style="background:{colour}"></i>{text(name)}</span>'


def file_name(image_id: str) -> str:
    """Return an image_id that may be broken at its slashes."""
    return f'<span class="id">{text(image_id).replace("/", "/<wbr>")}</span>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], numeric: Iterable[int] = (), name: str = "") -> str:
    """Return a table of cells that are HTML already; columns of numbers are set right."""
    right = set(numeric)

    def line(cells: Iterable[str], tag: str) -> str:
        inner = (f"<{tag}{' class=n' if i in right else ''}>{cell}</{tag}>" for i, cell in enumerate(cells))
        return f"<tr>{''.join(inner)}</tr>"

    inner = f"<thead>{line(head, 'th')}</thead><tbody>{''.join(line(row, 'td') for row in rows)}</tbody>"
    return f'<div class="scroll"><table class="{name}">{inner}</table></div>'


def pair_table(pairs: Iterable[tuple[str, object]]) -> str:
    """Return a table of names and values."""
    lines = (f"<tr><th>{text(name)}</th><td>{text(value).replace('_', '_<wbr>')}</td></tr>" for name, value in pairs)
    return f'<table class="pairs">{"".join(lines)}</table>'


def section(anchor: str, title: str, *parts: str) -> str:
    """Return a section with a heading that can be linked to."""
    return f'<section id="{anchor}"><h2>{title}</h2>{"".join(parts)}</section>'


def picture(address: str | None, alternative_text: str, missing: str) -> str:
    """Return an image, or a box that says why there is none."""
    if address is None:
        return f'<span class="missing">{text(missing)}</span>'
    return f'<img src="{address}" alt="{text(alternative_text)}" decoding="async">'
