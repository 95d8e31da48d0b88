"""Templates beside the screens: every one is read, and values are escaped."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from app.html_parts import tables
from app.html_parts.tables import Figure, figures
from app.html_parts.templates import macros
from tests.helpers import REPOSITORY

TEMPLATES = sorted((REPOSITORY / "app").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(REPOSITORY / "app")))
def test_each_template_belongs_to_the_python_file_beside_it(template: Path) -> None:
    module = template.with_suffix(".py")
    assert module.exists()
    names = [name for name in vars(macros(str(module))) if not name.startswith("_")]
    assert any(f"_HTML.{name}(" in module.read_text() for name in names)


def test_values_are_escaped_and_markup_is_kept() -> None:
    page = figures([Figure(2100, "<b>"), Figure("none", Markup("<i>x</i>"), 'a "quoted" title')])
    assert "<b>2,100</b><span>&lt;b&gt;</span>" in page
    assert "<b>none</b><span><i>x</i></span>" in page
    assert 'title="a &#34;quoted&#34; title"' in page


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        macros(str(Path(tables.__file__))).skipped()
