"""Charts of lines: what is drawn lies where its numbers say."""

import base64
import re

import pytest

from app.html_parts.line_chart import Line, _ticks, line_chart


def svg(chart: str) -> str:
    found = re.search(r"base64,([^\"]+)", chart)
    assert found
    return base64.b64decode(found[1]).decode()


def test_nothing_is_drawn_of_nothing() -> None:
    assert line_chart([Line("a", [])], "x", "y") == ""


def test_the_ends_of_a_line_lie_at_the_ends_of_the_axes() -> None:
    drawn = svg(line_chart([Line("a", [(0, 0), (50, 5), (100, 10)])], "looks", "found"))
    line = re.search(r'<polyline points="([^"]+)"', drawn)
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
        (0, 100, False, [0, 50, 100]),
        (0, 4, True, [0, 1, 2, 3, 4]),
        (0, 2, True, [0, 1, 2]),
        (3, 3, True, [3, 4]),
        (0, 0, True, [0, 1]),
    ],
)
def test_ticks_are_round_and_hold_the_numbers(low: float, high: float, whole: bool, ticks: list[float]) -> None:
    assert _ticks(low, high, whole) == pytest.approx(ticks)


@pytest.mark.parametrize("high", [0.3, 0.97, 7, 19, 23, 180, 4321])
def test_any_number_lies_between_the_ticks(high: float) -> None:
    ticks = _ticks(0, high)
    assert ticks[0] == 0
    assert ticks[-1] >= high * (1 - 1e-6)
    assert 2 <= len(ticks) <= 12


def test_names_are_escaped_and_shares_are_in_per_cent() -> None:
    chart = line_chart(
        [Line("<b>", [(1, 0.5), (2, 0.75)]), Line("c", [(1, 0.5)], dashed=True)], "epoch", "a", percent=True
    )
    assert "&lt;b&gt;" in chart
    assert "75 %" in svg(chart) or "80 %" in svg(chart)
    assert "<circle" in svg(chart)  # a line of one point
    assert "er-dashed" in chart


def test_a_band_lies_around_its_line() -> None:
    drawn = svg(line_chart([Line("a", [(0, 1), (1, 2)])], "x", "y", band=[(0, 1, 1), (1, 0, 4)]))
    found = re.search(r'<polygon points="([^"]+)"', drawn)
    assert found
    assert len(found[1].split()) == 4
