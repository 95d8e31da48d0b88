"""The frame of a report: one page that needs nothing but itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from markupsafe import Markup

from curation.reports.templates import render

# Nothing is loaded and no script runs, whatever a file name may say.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Section:
    """A part of a page that the navigation links to: with a heading and a body, or made of sections of its own."""

    anchor: str
    title: str  # plain text: the heading
    body: str = ""  # Markup, as `render` returns it; plain text is escaped
    short: str = ""  # its name in the navigation, where that is not the title
    parts: Sequence["Section"] = ()  # shown instead of a heading and a body


def page(
    title: str, kind: str, about: str, sections: Sequence[Section], style: str, refresh_s: int | None = None
) -> Markup:
    """Return the whole page.

    Args:
        title: plain text.
        kind: what is reported, plain text.
        about: a line under the title, plain text or Markup.
        sections: in their order; those that are empty are left out.
        style: the style sheet, Markup as `style_sheet` returns it.
        refresh_s: seconds after which a browser reads the page again; None = never.
    """
    values = {"title": title, "kind": kind, "about": about, "style": style, "refresh_s": refresh_s}
    filled = [section for section in sections if section.body.strip() or section.parts]
    return render("curation/reports/templates/frame.html", sections=filled, **values)


def parts_of(anchor: str, sections: Iterable[Section]) -> list[Section]:
    """Return sections as parts of another one: without the empty ones, each anchor after that of the whole."""
    return [replace(section, anchor=f"{anchor}-{section.anchor}") for section in sections if section.body.strip()]


def style_sheet(*paths: Path) -> Markup:
    """Return style sheets of this package as one, to stand in a page."""
    return Markup("".join(path.read_text(encoding="utf-8") for path in paths))  # noqa: S704


def framed(
    title: str,
    kind: str,
    about: str,
    sections: dict[str, str],
    navigation: dict[str, str],
    style: str,
    refresh_s: int | None = None,
) -> str:
    """Return the whole page, for sections that are HTML already; `page` takes its place.

    Args:
        title: plain text.
        kind: what is reported, plain text.
        about: a line under the title, HTML.
        sections: anchor -> HTML; an empty one is left out of the navigation.
        navigation: anchor -> its name there.
        style: the style sheet.
        refresh_s: seconds after which a browser reads the page again; None = never.
    """
    links = "".join(f'<a href="#{key}">{navigation[key]}</a>' for key, part in sections.items() if part)
    refresh = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    shown = escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">{refresh}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{shown} | {escape(kind)}</title><style>{style}</style></head><body>"
        f"<header><p class=brand>Errata · {escape(kind)}</p><h1>{shown}</h1><p class=meta>{about}</p></header>"
        f"<nav>{links}</nav><main>{''.join(sections.values())}</main></body></html>\n"
    )
