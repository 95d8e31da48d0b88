"""Array types and the progress callback used throughout."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
Features = npt.NDArray[np.floating[Any]]  # float32 or, as kept on the disk, float16; `read_rows` gives float32
Doubles = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]
Progress = Callable[[int, int], None]  # (done, total)
