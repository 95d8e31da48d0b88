"""The sections of a comparison's page inside the app: its style kept to itself, its drawings as images."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from markupsafe import Markup

from app.html_parts.line_chart import drawing_address
from curation.comparison.pages.write import STYLES
from curation.reports.frame import Section

_SECTION = Markup('<section id="{}"><h2>{}</h2>{}</section>')
_SVG = re.compile(
    r'<svg class="(?P<kind>\w+)" viewBox="0 0 (?P<size>[\d.]+ [\d.]+)" role="img" (?P<rest>.*?)</svg>', re.S
)
_ALT = re.compile(r'aria-label="(?P<alt>[^"]*)">(?P<body>.*)', re.S)


def sections_html(sections: Iterable[Section]) -> str:
    """Return sections of the page for `st.html`; a sentence where all of them are empty."""
    filled = [_SECTION.format(part.anchor, part.title, part.body) for part in sections if part.body]
    return shown_html("".join(filled) or "<p>Nothing to say about a single network.</p>")


def shown_html(html: str) -> str:
    """Return HTML of the page for `st.html`: it removes drawings, so they become images."""
    return f'<div class="er-compare">{_SVG.sub(_as_image, html)}</div>'


@cache
def style_html() -> str:
    """Return the page's style sheets, for what is inside `shown_html` only, in the colours of the app."""
    own = Path(__file__).with_name("screen.css").read_text(encoding="utf-8")
    pages = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    return f"<style>.er-compare {{ {pages} }}\n{own}</style>"


def _as_image(found: re.Match[str]) -> str:
    """Return a drawing as an image, which is a document of its own: it brings its colours for light and dark."""
    inner = _ALT.match(found["rest"])
    alt, body = (inner["alt"], inner["body"]) if inner else ("", found["rest"])
    source = drawing_address(body, _drawing_style(), found["size"], found["kind"])
    return f'<img class="{found["kind"]}" alt="{alt}" src="{source}">'


@cache
def _drawing_style() -> str:
    return Path(__file__).with_name("drawing.css").read_text(encoding="utf-8")
