"""Charts of lines as images with a legend."""

import base64
import re
from xml.etree import ElementTree

from app.html_parts.line_chart import line_figure
from curation.reports.line_chart import Line


def svg(figure: str) -> str:
    address = re.search(r"base64,([^\"]+)", figure)
    assert address
    return base64.b64decode(address[1]).decode()


def test_nothing_is_drawn_without_points() -> None:
    assert line_figure([Line("a", [])], "x", "y") == ""


def test_a_figure_is_one_image_and_a_legend() -> None:
    lines = [Line("<b>", [(1, 0.5), (2, 0.75)]), Line("c", [(1, 0.5)], "dashed"), Line("d", [(1, 0.6)], "other")]
    figure = line_figure(lines, "epoch", "accuracy & more", percent=True)
    assert '<span><i class="er-solid" style="color:#0072b2"></i>&lt;b&gt;</span>' in figure
    assert '<span><i class="er-dashed" style="color:#e69f00"></i>c</span>' in figure
    assert 'style="color:var(--er-other)"' in figure
    assert 'alt="accuracy &amp; more over epoch"' in figure
    drawing = svg(figure)
    assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
    assert ">50 %</text>" in drawing  # the axis begins where the lines do
    assert ">0 %</text>" not in drawing
    assert 'class="c1 dashed"' in drawing
    assert ".c1{--own:#e69f00}" in drawing


def test_a_single_line_needs_no_legend() -> None:
    assert "figcaption" not in line_figure([Line("a", [(0, 1), (1, 2)])], "x", "y", band=[(0, 1, 1), (1, 0, 4)])
