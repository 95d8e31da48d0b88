"""Charts of lines: what is drawn lies where its numbers say."""

import re

import pytest

from curation.reports.line_chart import Line, Sheet, line_chart, round_ticks

SHEET = Sheet(640, 250, left=56, right=14, top=26, bottom=40)


def test_nothing_is_drawn_without_points() -> None:
    assert line_chart([Line("a", [])], "x") == ""


def test_the_ends_of_a_line_lie_at_the_ends_of_the_axes() -> None:
    drawing = line_chart([Line("a", [(0, 0), (50, 5), (100, 10)])], "looks", "errors", sheet=SHEET)
    line = re.search(r'<polyline class="" points="([^"]+)"', drawing)
    assert line
    places = [tuple(map(float, place.split(","))) for place in line[1].split()]
    assert places[0][0] == 56
    assert places[2][0] == 640 - 14
    assert places[0][1] == 250 - 40  # y = 0
    assert places[2][1] == 26  # y = 10, the highest tick
    assert places[1][1] == pytest.approx((210 + 26) / 2)


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        (0, 100, False, [0, 20, 40, 60, 80, 100]),
        (0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 12, False, [0, 2.5, 5, 7.5, 10, 12.5]),
        (0, 12, True, [0, 5, 10, 15]),
        (0, 4, True, [0, 1, 2, 3, 4]),
        (0, 2, True, [0, 1, 2]),
        (0.62, 0.97, False, [0.6, 0.7, 0.8, 0.9, 1.0]),
        (3, 3, True, [3, 4]),
        (0, 0, True, [0, 1]),
    ],
)
def test_ticks_are_round_and_hold_the_numbers(low: float, high: float, whole: bool, ticks: list[float]) -> None:
    assert round_ticks(low, high, whole) == pytest.approx(ticks)


@pytest.mark.parametrize("high", [0.3, 0.97, 7, 19, 23, 180, 4321])
def test_any_number_lies_between_the_ticks(high: float) -> None:
    ticks = round_ticks(0, high)
    assert ticks[0] == 0
    assert ticks[-1] >= high * (1 - 1e-6)
    assert 2 <= len(ticks) <= 7


def test_names_are_escaped_and_shares_are_in_per_cent() -> None:
    drawing = line_chart(
        [Line("<b>", [(1, 0.5), (2, 0.75)]), Line("c", [(1, 0.5)], "dashed")], "epoch", '"a"', percent=True
    )
    assert "<title>&lt;b&gt;</title>" in drawing
    assert "<b>" not in drawing
    assert ">80 %</text>" in drawing
    assert drawing.count('<circle class="dashed"') == 1  # a line of one point


def test_marked_points_are_dots() -> None:
    drawing = line_chart([Line("a", [(1, 1), (2, 3), (3, 2)], marked=[(2, 3)])], "epoch")
    # Half-way from x = 46 to 450; 3 is the highest tick.
    assert re.findall(r'<circle class="" cx="([^"]+)" cy="([^"]+)"', drawing) == [("248.0", "14.0")]


def test_a_band_lies_around_its_line() -> None:
    drawing = line_chart([Line("a", [(0, 1), (1, 2)])], "x", band=[(0, 1, 1), (1, 0, 4)])
    band = re.search(r'<polygon class="band" points="([^"]+)"', drawing)
    assert band
    assert len(band[1].split()) == 4


def test_values_beyond_the_axis_are_cut_off() -> None:
    drawing = line_chart([Line("a", [(1, 100), (2, 1)])], "epoch", y_range=(0, 1))
    assert 'points="46.0,14.0 450.0,14.0 "' in drawing


def test_names_at_the_ends_of_lines_do_not_cover_each_other() -> None:
    lines = [Line("fold 0", [(1, 0.0), (2, 1.0)], "train"), Line("fold 0", [(1, 0.0), (2, 0.99)], "val")]
    drawing = line_chart(lines, "epoch", end_names={"train": "training", "val": "inner <split>"})
    names = re.findall(r'<text class="(\w+)" x="457.0" y="([\d.]+)">([^<]+)<', drawing)
    assert [(kind, name) for kind, _, name in names] == [("train", "training"), ("val", "inner &lt;split&gt;")]
    assert float(names[1][1]) - float(names[0][1]) == pytest.approx(13)
