"""The frame of a report: one page that needs nothing but itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from curation.palette import theme_css
from curation.reports.font import font_face
from curation.reports.templates import render


@dataclass(frozen=True)
class Section:
    """A part of a page that the navigation links to: with a heading and a body, or made of sections of its own."""

    anchor: str
    title: str  # plain text: the heading
    body: str = ""  # Markup, as `render` returns it; plain text is escaped
    short: str = ""  # its name in the navigation, where that is not the title
    parts: Sequence["Section"] = ()  # shown instead of a heading and a body
    folded: bool = False  # opened by a click on its heading


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
    values = {"title": title, "kind": kind, "about": about, "style": font_face() + style, "refresh_s": refresh_s}
    filled = [section for section in sections if section.body.strip() or section.parts]
    return render("curation/reports/templates/frame.html", sections=filled, **values)


def parts_of(anchor: str, sections: Iterable[Section]) -> list[Section]:
    """Return sections as parts of another one: without the empty ones, each anchor after that of the whole."""
    return [replace(section, anchor=f"{anchor}-{section.anchor}") for section in sections if section.body.strip()]


def style_sheet(*paths: Path) -> Markup:
    """Return style sheets of this package as one, after the theme, to stand in a page."""
    return Markup(theme_css() + "".join(path.read_text(encoding="utf-8") for path in paths))  # noqa: S704
