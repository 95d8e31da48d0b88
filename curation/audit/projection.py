"""The two-dimensional map of a data set."""

import warnings

import numpy as np

from models.arrays import FloatArray, IntArray

EXACT_UP_TO = 20_000  # images: below, searching all pairs is faster than compiling an approximate search
COMPONENTS = 50


def project(embeddings: FloatArray, seed: int, neighbours: int = 15) -> FloatArray:
    """Return a UMAP projection, shape (N, 2), of embeddings, shape (N, D), by cosine distance.

    UMAP gets the leading principal components: they hardly change the neighbours, which are found many times faster.
    Fewer than 8 images, or embeddings along a line, have no neighbourhoods: their first two components are returned.

    Source: McInnes et al. 2018, arXiv:1802.03426.
    """
    components = _components(np.asarray(embeddings, np.float32))
    length, width = np.ptp(components[:, :2], axis=0)
    if len(embeddings) < 8 or width <= 1e-6 * length:
        return components[:, :2]
    with warnings.catch_warnings():
        # A fixed seed means one thread, about which numba and umap warn; umap also warns about new points, never made
        warnings.simplefilter("ignore")
        import umap  # seconds to import: only where a map is made

        k = min(neighbours, len(components) - 1)
        known = {"precomputed_knn": _nearest(components, k)} if len(components) <= EXACT_UP_TO else {}
        reducer = umap.UMAP(n_neighbors=k, metric="cosine", init="pca", n_epochs=200, random_state=seed, **known)
        return np.asarray(reducer.fit_transform(components), np.float32)


def _components(embeddings: FloatArray) -> FloatArray:
    """Return the leading principal components, shape (N, 2 to 50)."""
    from sklearn.utils.extmath import randomized_svd

    centred = embeddings - embeddings.mean(0)
    left, values, _ = randomized_svd(centred, min(COMPONENTS, *centred.shape), random_state=0)
    components = np.asarray(left * values, np.float32)
    return np.pad(components, ((0, 0), (0, max(0, 2 - components.shape[1]))))


def _nearest(points: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """Return the k nearest points of each point by cosine distance, itself first, and their distances, (N, k) each."""
    from sklearn.neighbors import NearestNeighbors

    distances, indices = (
        NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(points).kneighbors(points)
    )
    return indices.astype(np.int64), distances.astype(np.float32)
