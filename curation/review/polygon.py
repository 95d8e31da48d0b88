"""Which points lie in a polygon that somebody drew."""

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray


def inside(points: npt.NDArray[np.floating], corners: npt.NDArray[np.floating]) -> BoolArray:
    """Return which points lie inside, by the even-odd rule, shape (N,); none of fewer than three corners.

    Args:
        points: shape (N, 2).
        corners: in the order in which they were drawn, shape (C, 2); the last is joined to the first.

    Source: crossing number, Shimrat 1962, doi:10.1145/368637.368653.
    """
    within = np.zeros(len(points), bool)
    if len(corners) < 3:
        return within
    x, y = np.asarray(points, np.float64).T
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if ay != by:
            within ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return within
