"""What was clicked or lassoed on a map, read from the address."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.screens.map.canvas import drawn_order
from curation.results.map_groups import QUALITY, MapGroup
from curation.review.selections import inside
from models.arrays import IntArray

MOST_CORNERS = 200


def clicked(text: str, side: int, groups: Sequence[MapGroup]) -> int | None:
    """Return the row of the point in the address, None where it is of the other map or there is none.

    Args:
        text: `SIDE.POINT`.
        side: of the map.
        groups: as it is drawn.
    """
    own, _, place = text.partition(".")
    if own != str(side) or not place.isdecimal():
        return None
    order = drawn_order(groups)
    return int(order[int(place)]) if int(place) < len(order) else None


def lassoed(text: str, side: int, points: npt.NDArray[np.uint16], groups: Sequence[MapGroup]) -> IntArray | None:
    """Return the rows inside the lasso in the address, shape (S,), ascending; None where it is none of this map.

    Args:
        text: `SIDE.HIDDEN.x,y.x,y…`; HIDDEN are the numbers of the groups that were hidden, joined by `-`.
        side: of the map.
        points: of all rows, shape (N, 2).
        groups: as the map is drawn.
    """
    own, *rest = text.split(".")
    if own != str(side) or not 4 <= len(rest) <= MOST_CORNERS + 1:
        return None
    corners = [corner.split(",") for corner in rest[1:]]
    if not all(len(corner) == 2 and all(_whole(one) for one in corner) for corner in corners):
        return None
    found = inside(points.astype(np.float64), np.array(corners, np.float64))
    hidden = {int(one) for one in rest[0].split("-") if one.isdecimal()}
    for at, group in enumerate(groups):
        if at in hidden and group.name != QUALITY:
            found[group.rows] = False
    return np.flatnonzero(found)


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and len(text) < 9


def place_of(row: int, groups: Sequence[MapGroup]) -> int:
    """Return at which place a row is drawn."""
    return int(np.flatnonzero(drawn_order(groups) == row)[0])
