"""Templates: every value is escaped once, and a forgotten value raises."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from curation.palette import PALETTE
from curation.reports.templates import ENVIRONMENT, breakable, colour, listed, render

EVIL = "<b>&\"'"
PIECES = '{% import "curation/reports/templates/pieces.html" as pieces %}'


def filled(source: str, **values: object) -> str:
    return ENVIRONMENT.from_string(PIECES + source).render(values)


def test_a_value_is_escaped_and_markup_is_not() -> None:
    assert filled("{{ name }}{{ html }}", name=EVIL, html=Markup("<b>")) == "&lt;b&gt;&amp;&#34;&#39;<b>"


def test_control_characters_are_written_out_but_where_a_script_reads_them() -> None:
    turned = "a\u202eb\x1b"
    assert filled("{{ name }} {{ [name]|listed }} {{ name|breakable }}", name=turned) == " ".join([r"a\u202eb\x1b"] * 3)
    assert filled('<img alt="{{ name|exact }}">', name=f"{turned}<") == f'<img alt="{turned}&lt;">'
    assert filled("{{ html }}{{ n }}", html=Markup(turned), n=7) == f"{turned}7"


def test_a_rendered_template_is_a_value_of_another_one() -> None:
    page = render(
        "curation/reports/templates/frame.html",
        **{"title": EVIL, "kind": "report", "about": "a & b", "style": "", "refresh_s": None, "sections": []},
    )
    assert isinstance(page, Markup)
    assert page.count("<title>&lt;b&gt;&amp;&#34;&#39; | report</title>") == 1
    assert filled("{{ page }}", page=page) == page


def test_a_value_that_is_not_given_raises() -> None:
    with pytest.raises(UndefinedError, match="is undefined"):
        render("curation/reports/templates/frame.html")


def test_numbers_in_a_template() -> None:
    assert filled("{{ 0.5|percent(0) }}, {{ 2100|number }}") == "50 %, 2,100"
    assert filled("{{ 2100|counted('image') }}, {{ 1|counted('image') }}, {{ 2|counted('class', 'classes') }}") == (
        "2,100 images, 1 image, 2 classes"
    )


def test_lists() -> None:
    assert listed([]) == ""
    assert listed(["a & b"]) == "a &amp; b"
    assert listed(["a", Markup("<b>b</b>"), "<c>"]) == "a, <b>b</b> and &lt;c&gt;"


def test_long_names_break() -> None:
    assert breakable("a/<b>/c") == "a/<wbr>&lt;b&gt;/<wbr>c"
    assert breakable("a_b", "_") == "a_<wbr>b"


def test_the_colour_of_a_class_is_its_place() -> None:
    assert colour("b", ["a", "b"]) == PALETTE[1]
    assert colour("last", [*"abcdefghijklmnop", "last"]) == PALETTE[0]


def test_a_table_of_rows_and_one_of_markup() -> None:
    plain = filled("{{ pieces.table(('a', 'n'), [('<', 1)], numeric=(1,), name='wide') }}")
    assert '<table class="wide">' in plain
    assert '<th>a</th><th class="n">n</th>' in plain
    assert '<tr><td>&lt;</td><td class="n">1</td></tr>' in plain
    called = filled("{% call pieces.table(('a',)) %}<tr><td><b>1</b></td></tr>{% endcall %}")
    assert "<tbody>\n<tr><td><b>1</b></td></tr></tbody>" in called


class Words(HTMLParser):
    """The text and the titles of a piece of HTML, as a browser reads them."""

    def __init__(self, html: str):
        super().__init__()
        self.words, self.tags, self.titles = "", set[str](), list[str | None]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.titles += [value for name, value in attrs if name in ("title", "alt")]

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    source = (
        '<p title="{{ value }}">{{ value }}</p>{{ pieces.swatch(value, [value]) }}{{ pieces.file_name(value) }}'
        "{{ pieces.picture(none, '', value) }}{{ pieces.picture('data:x', value) }}"
    )
    read = Words(filled(source, value=value))
    assert read.words == value * 4
    assert read.titles == [value, value]
    assert read.tags == {"p", "span", "i", "img"} | ({"wbr"} if "/" in value else set())
