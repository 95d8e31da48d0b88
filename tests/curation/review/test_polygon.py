"""Which points lie in a polygon."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as Drawn

from curation.review.selections import inside

COORDINATE = st.integers(-20, 20)


def test_a_square_and_a_hole() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    points = np.array([[5, 5], [-1, 5], [11, 5], [5, -1], [5, 11], [9.9, 0.1]])
    assert inside(points, square).tolist() == [True, False, False, False, False, True]
    bow = np.array([[0, 0], [10, 10], [10, 0], [0, 10]])  # crosses itself: two triangles
    assert inside(np.array([[1, 5], [9, 5], [5, 1], [5, 9]]), bow).tolist() == [True, True, False, False]


def test_no_polygon_holds_nothing() -> None:
    points = np.array([[0.0, 0.0]])
    assert not inside(points, np.empty((0, 2))).any()
    assert not inside(points, np.array([[0, 0], [1, 1]])).any()
    assert inside(np.empty((0, 2)), np.array([[0, 0], [1, 0], [0, 1]])).shape == (0,)


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=3, unique=True))
def test_triangles_as_matplotlib_has_them(corners: list[tuple[int, int]]) -> None:
    polygon = np.array(corners, np.float64)
    points = np.random.default_rng(0).uniform(-22, 22, (200, 2))  # none on an edge
    assert inside(points, polygon).tolist() == Drawn(polygon).contains_points(points).tolist()


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=12))
def test_where_it_begins_and_which_way_it_goes_do_not_matter(corners: list[tuple[int, int]]) -> None:
    polygon, points = np.array(corners, np.float64), np.random.default_rng(1).uniform(-22, 22, (100, 2))
    first = inside(points, polygon).tolist()
    assert first == inside(points, np.roll(polygon, 2, axis=0)).tolist() == inside(points, polygon[::-1]).tolist()
