"""The click or the lasso on a map, read from the address."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from app.screens.map.canvas import drawn_order
from curation.results.map_groups import QUALITY, MapGroup
from curation.review.selections import inside
from models.arrays import BoolArray, IntArray

MOST_CORNERS = 200


def clicked(text: str, side: int, groups: Sequence[MapGroup]) -> int | None:
    """Return the row of the point in the address; None where it is on the other map or no point.

    Args:
        text: `SIDE.POINT`.
        side: of the map.
        groups: as the map is drawn.
    """
    clicked_side, _, place = text.partition(".")
    if clicked_side != str(side) or not place.isdecimal():
        return None
    order = drawn_order(groups)
    return int(order[int(place)]) if int(place) < len(order) else None


def lassoed(text: str, side: int, points: npt.NDArray[np.uint16], groups: Sequence[MapGroup]) -> IntArray | None:
    """Return the rows inside the lasso in the address, shape (S,), ascending; None where it is not a lasso on this map.

    Args:
        text: `SIDE.HIDDEN.x,y.x,y…`; HIDDEN are the numbers of the hidden groups, joined by `-`.
        side: of the map.
        points: of all rows, shape (N, 2).
        groups: as the map is drawn.
    """
    lasso_side, *parts = text.split(".")
    if lasso_side != str(side) or not 4 <= len(parts) <= MOST_CORNERS + 1:
        return None
    corners = [corner.split(",") for corner in parts[1:]]
    if not all(len(corner) == 2 and all(_is_whole(number) for number in corner) for corner in corners):
        return None
    caught = inside(points.astype(np.float64), np.array(corners, np.float64))
    hidden = {int(number) for number in parts[0].split("-") if number.isdecimal()}
    drawn = np.zeros(len(points), bool)
    for place, group in enumerate(groups):
        drawn[group.rows] = place not in hidden or group.name == QUALITY
    caught &= drawn
    return np.flatnonzero(caught)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and len(text) < 9


def place_of(row: int, groups: Sequence[MapGroup]) -> int | None:
    """Return the place of a row in the order of drawing; None where it is not drawn."""
    places = np.flatnonzero(drawn_order(groups) == row)
    return int(places[0]) if len(places) else None


def drawn_groups(groups: Sequence[MapGroup], passing: BoolArray) -> list[MapGroup]:
    """Return the groups with the rows that pass the filters alone, each in its place and colour.

    Args:
        groups: of N rows.
        passing: which rows are drawn, shape (N,).
    """
    return [replace(group, rows=group.rows[passing[group.rows]]) for group in groups]
