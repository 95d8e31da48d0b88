"""Whether all numbers of an array are finite."""

from typing import Any

import numpy as np
import numpy.typing as npt

_EXPONENT = np.uint16(0x7C00)  # the bits of a float16 that are all set where it is NaN or infinite


def all_finite(values: npt.NDArray[Any]) -> bool:
    """Return whether no value is NaN or infinite, in the memory of one block where values are float32 or more.

    Args:
        values: of any shape and kind; what is no fraction is finite.
    """
    if values.dtype.kind != "f" or not values.size:
        return True
    if values.dtype == np.float16:  # five times as fast as looking for the least and the largest
        return bool((np.asarray(values, np.float16).view(np.uint16) & _EXPONENT).max() < _EXPONENT)
    return bool(np.isfinite(values.min()) and np.isfinite(values.max()))
