"""The two-dimensional map of a data set."""

import warnings

import numpy as np

from models.arrays import FloatArray


def project(embeddings: FloatArray, seed: int, neighbours: int = 15) -> FloatArray:
    """Return a UMAP projection, shape (N, 2), of embeddings, shape (N, D), by cosine distance.

    With fewer than 8 images there is no neighbourhood to preserve: the first two principal axes are returned.

    Source: McInnes et al. 2018, arXiv:1802.03426.
    """
    centred = embeddings - embeddings.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False) if len(embeddings) <= 64 else _leading(centred)
    components = (left * values).astype(np.float32)
    if len(embeddings) < 8:
        return np.pad(components[:, :2], ((0, 0), (0, max(0, 2 - components.shape[1])))).astype(np.float32)
    import umap  # slow to import: only where a map is made

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's and umap's notes on threads with a fixed seed
        reducer = umap.UMAP(
            n_neighbors=min(neighbours, len(embeddings) - 1),
            min_dist=0.1,
            metric="cosine",
            init="pca",
            random_state=seed,
        )
        return np.asarray(reducer.fit_transform(components), np.float32)


def _leading(centred: FloatArray, rank: int = 50) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the leading principal components: neighbours hardly change, and searching them is many times faster."""
    from sklearn.utils.extmath import randomized_svd

    left, values, right = randomized_svd(centred, min(rank, *centred.shape), random_state=0)
    return left, values, right
