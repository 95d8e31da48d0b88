"""The frame of a page: its navigation follows its sections, and it loads nothing."""

from pathlib import Path

from markupsafe import Markup

from curation.reports.frame import Section, page, parts_of, style_sheet


def test_sections_in_order_with_links_and_without_the_empty_ones() -> None:
    sections = [
        Section("a", "First & foremost", Markup("<p>1</p>"), short="First"),
        Section("b", "Empty", Markup(" \n")),
        Section("c", "Whole", parts=parts_of("c", [Section("x", "X", Markup("2")), Section("y", "Y")])),
    ]
    html = page("<title>", "report", Markup("<b>about</b>"), sections, "")
    assert '<nav><a href="#a">First</a><a href="#c">Whole</a></nav>' in html
    assert '<section id="a"><h2>First &amp; foremost</h2>\n<p>1</p>' in html
    assert '<div id="c">\n<section id="c-x"><h2>X</h2>\n2' in html
    folded = page("t", "k", "", [Section("a", "First", Markup("<p>1</p>"), folded=True)], "")
    assert "<details><summary><h2>First</h2></summary>\n<p>1</p>" in folded
    assert "<h1>&lt;title&gt;</h1>" in html
    assert '<p class="meta"><b>about</b></p>' in html
    assert "Empty" not in html
    assert "c-y" not in html


def test_nothing_is_loaded_and_a_page_is_read_again_where_asked() -> None:
    assert "default-src 'none'" in page("t", "k", "", [], "")
    assert "refresh" not in page("t", "k", "", [], "")
    assert '<meta http-equiv="refresh" content="10">' in page("t", "k", "", [], "", refresh_s=10)


def test_a_style_sheet_stands_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a > b { font: 'x'; }\n")
    (tmp_path / "b.css").write_text("c {}")
    style = style_sheet(tmp_path / "a.css", tmp_path / "b.css")
    assert "}\na > b { font: 'x'; }\nc {}</style>" in page("t", "k", "", [], style)
