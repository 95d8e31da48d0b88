"""Every text can be read on every ground, light and dark; Streamlit's own settings repeat the theme."""

import tomllib

import pytest

from curation.palette import FONT, PALETTE, THEME, theme_css, themed_css
from curation.reports.frame import page, style_sheet
from tests.helpers import REPOSITORY

SIDES = ("light", "dark")
GROUNDS = ("page", "sheet", "field")
TEXT = [(ink, ground) for ink in ("ink", "soft", "given", "other") for ground in (*GROUNDS, "warn-page")]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, in [0, 1], as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, in [1, 21]."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails


@pytest.mark.parametrize("side", [0, 1], ids=SIDES)
def test_text_has_contrast_on_every_ground(side: int) -> None:
    for ink, ground in [*TEXT, ("on-given", "given")]:
        found = contrast(THEME[ink][side], THEME[ground][side])
        assert found >= 4.5, (ink, ground, found)
    for edge, ground in [("edge", ground) for ground in GROUNDS]:
        assert contrast(THEME[edge][side], THEME[ground][side]) >= 3, (edge, ground)


def test_streamlit_has_the_same_colours() -> None:
    theme = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    names = {"backgroundColor": "page", "secondaryBackgroundColor": "field", "textColor": "ink"}
    names |= {"borderColor": "line", "linkColor": "other"}
    for side, scheme in enumerate(SIDES):
        for setting, name in names.items():
            assert theme[scheme][setting] == THEME[name][side], (scheme, setting)
        assert contrast(theme[scheme]["primaryColor"], "#ffffff") >= 4.5  # text of the main button is white


def test_pages_get_every_colour_for_both_schemes() -> None:
    report, app = theme_css(), themed_css(".stApp", "er-")
    light, _, dark = report.partition("@media (prefers-color-scheme: dark)")
    for name, (day, night) in THEME.items():
        assert f"--{name}: {day};" in light
        assert f"--{name}: {night};" in dark
        assert f"--er-{name}: light-dark({day}, {night});" in app
    assert len(set(PALETTE)) == len(PALETTE)


def test_app_and_reports_share_the_font() -> None:
    assert FONT.startswith('"Source Sans"')  # what Streamlit calls sans-serif
    style = style_sheet(REPOSITORY / "curation" / "reports" / "style.css")
    assert f"--font: {FONT}" in page("t", "k", "", [], style)
    assert "var(--font)" in style
