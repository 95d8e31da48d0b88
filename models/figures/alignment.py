"""Embeddings of separately trained networks in one space."""

import numpy as np

from models.arrays import FloatArray


def align_to_first(embeddings: FloatArray) -> FloatArray:
    """Return embeddings of F separately trained networks, shape (F, N, D), rotated onto the first one's space.

    Each network has its own axes; the orthogonal Procrustes solution over the same images makes them comparable
    without any label (Schoenemann 1966, doi:10.1007/BF02289451).
    """
    centred = embeddings - embeddings.mean(1, keepdims=True)
    first = centred[0]
    rotated = [first]
    for embedded in centred[1:]:
        left, _, right = np.linalg.svd(embedded.T @ first)
        rotated.append(embedded @ (left @ right))
    return np.stack(rotated).astype(np.float32)
