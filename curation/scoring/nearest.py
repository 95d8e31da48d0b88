"""The images that look most like one, class by class, by what a backbone sees in them."""

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError

Halves = npt.NDArray[np.float16]


def directions(embeddings: FloatArray) -> Halves:
    """Return embeddings centred and brought to unit length, shape (N, D), as float16: half the memory, same order.

    Args:
        embeddings: of N images, shape (N, D); an image without any direction stays zero, like nothing else.

    Raises:
        ErrataError: they are no table of finite numbers.
    """
    if embeddings.ndim != 2 or not np.isfinite(embeddings).all():
        raise ErrataError(
            f"embeddings have shape {embeddings.shape} or hold NaN or infinity; expected finite numbers, (N, D)"
        )
    centred = embeddings - embeddings.mean(0, dtype=np.float32)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return np.asarray(centred, np.float16)


def nearest(directions: Halves, row: int, among: BoolArray, count: int) -> IntArray:
    """Return the rows most like one, the most alike first.

    Args:
        directions: as `directions` returns them, shape (N, D).
        row: of the image, 0..N-1.
        among: which images are meant, shape (N,); the image itself never is.
        count: how many, fewer where there are fewer.

    Returns:
        shape (C,), C at most `count`, by falling cosine similarity; the lower row first where two are equally alike.

    Raises:
        ErrataError: shapes disagree or there is no such row.
    """
    if among.shape != directions.shape[:1]:
        raise ErrataError(f"among has shape {among.shape} and directions {directions.shape}; expected (N,) and (N, D)")
    if not 0 <= row < len(directions):
        raise ErrataError(f"there is no row {row}; expected 0 to {len(directions) - 1}")
    rows = np.flatnonzero(among)
    rows = rows[rows != row]
    alike = directions[rows].astype(np.float32) @ directions[row].astype(np.float32)
    return np.asarray(rows[np.argsort(-alike, kind="stable")[: max(0, count)]], np.int64)
