"""Sections of the comparison page inside the app: its styles do not reach other elements, its drawings are images."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from markupsafe import Markup

from app.html_parts.line_chart import drawing_address
from curation.comparison.pages.write import STYLES
from curation.palette import theme_css, themed_css
from curation.reports.frame import Section

_SECTION = Markup('<section id="{}"><h2>{}</h2>{}</section>')
_DRAWING = re.compile(
    r'<svg class="(?P<kind>\w+)" viewBox="0 0 (?P<size>[\d.]+ [\d.]+)" role="img" aria-label="(?P<alt>[^"]*)">'
    r"(?P<body>.*?)</svg>",
    re.S,
)


def sections_html(sections: Iterable[Section]) -> str:
    """Return sections of the page for `st.html`; a sentence where all of them are empty."""
    filled = [_SECTION.format(section.anchor, section.title, section.body) for section in sections if section.body]
    return shown_html("".join(filled) or "<p>This part compares networks, and only one is chosen.</p>")


def shown_html(html: str) -> str:
    """Return HTML of the page with each drawing as an image: `st.html` removes drawings."""
    return f'<div class="er-compare">{_DRAWING.sub(_as_image, html)}</div>'


@cache
def style_html() -> str:
    """Return the style sheets of the page, limited to `shown_html`, in the colours of the app."""
    colours = Path(__file__).with_name("screen.css").read_text(encoding="utf-8")
    pages = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    return f"<style>{themed_css('.er-compare')}.er-compare {{ {pages} }}\n{colours}</style>"


def _as_image(drawing: re.Match[str]) -> str:
    """Return a drawing as an image with its own colours for light and dark, as it cannot use those of the page."""
    source = drawing_address(drawing["body"], _drawing_style(), drawing["size"], drawing["kind"])
    return f'<img class="{drawing["kind"]}" alt="{drawing["alt"]}" src="{source}">'


@cache
def _drawing_style() -> str:
    return theme_css("svg") + Path(__file__).with_name("drawing.css").read_text(encoding="utf-8")
