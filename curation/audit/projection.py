"""The two-dimensional map of a data set."""

import warnings

import numpy as np

from curation.scoring.neighbours import nearest_images
from models.arrays import FloatArray, IntArray
from models.processors.blocks import read_rows, row_blocks
from models.processors.threads import torch_threads

EXACT_UP_TO = 20_000  # images: below, searching all pairs is faster than compiling an approximate search
FITTED_UP_TO = 100_000  # images: of more, so many drawn ones make the map, and the others are placed on it
COMPONENTS = 50
_SAMPLE = 20_000  # images that tell the components


def project(embeddings: FloatArray, seed: int, neighbours: int = 15) -> FloatArray:
    """Return a UMAP projection, shape (N, 2), of embeddings, shape (N, D), by cosine distance.

    UMAP gets the leading principal components: they hardly change the neighbours, which are found many times faster.
    Above 100,000 images it gets that many, drawn by the seed; each other image is placed among its nearest, the mean of
    their points weighted by how near they are, which is where UMAP itself starts to place a new image.
    Fewer than 8 images, or embeddings along a line, have no neighbourhoods: their first two components are returned.

    Source: McInnes et al. 2018, arXiv:1802.03426.
    """
    components = _components(embeddings)
    length, width = np.ptp(components[:, :2], axis=0)
    if len(embeddings) < 8 or width <= 1e-6 * length:
        return components[:, :2]
    if len(components) <= FITTED_UP_TO:
        return _fitted(components, seed, neighbours)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(components))[:FITTED_UP_TO])
    points = np.zeros((len(components), 2), np.float32)
    points[chosen] = _fitted(components[chosen], seed, neighbours)
    others = np.setdiff1d(np.arange(len(components)), chosen)
    points[others] = _placed(components, points, chosen, neighbours)[others]
    return points


def _placed(components: FloatArray, points: FloatArray, fitted: IntArray, neighbours: int) -> FloatArray:
    """Return a place for each image among the nearest of the fitted ones, shape (N, 2)."""
    among = np.zeros(len(components), bool)
    among[fitted] = True
    rows, cosines = nearest_images(components, among, np.arange(len(components)), neighbours)
    apart = 1 - np.where(rows >= 0, cosines, -1)
    weights = np.exp(-(apart - apart[:, :1]) / np.maximum(apart.mean(1, keepdims=True) - apart[:, :1], 1e-6))
    weights = np.where(rows >= 0, weights, 0)
    return np.asarray((points[rows] * weights[..., None]).sum(1) / weights.sum(1, keepdims=True), np.float32)


def _fitted(components: FloatArray, seed: int, neighbours: int) -> FloatArray:
    """Return the map of these images by UMAP, shape (N, 2)."""
    with warnings.catch_warnings():
        # A fixed seed means one thread, about which numba and umap warn; umap also warns about new points, never made
        warnings.simplefilter("ignore")
        import umap  # seconds to import: only where a map is made

        k = min(neighbours, len(components) - 1)
        known = {"precomputed_knn": _nearest(components, k)} if len(components) <= EXACT_UP_TO else {}
        reducer = umap.UMAP(n_neighbors=k, metric="cosine", init="pca", n_epochs=200, random_state=seed, **known)
        # numba, by which UMAP computes, sets the number of OpenMP's threads for torch too, whose sums then differ
        with torch_threads():
            return np.asarray(reducer.fit_transform(components), np.float32)


def _components(embeddings: FloatArray) -> FloatArray:
    """Return the leading principal components, shape (N, 2 to 50); of many images a sample tells the axes."""
    from sklearn.utils.extmath import randomized_svd

    if len(embeddings) <= FITTED_UP_TO:
        centred = read_rows(embeddings, slice(None))
        centred -= centred.mean(0)
        left, values, _ = randomized_svd(centred, min(COMPONENTS, *centred.shape), random_state=0)
        components = np.asarray(left * values, np.float32)
    else:
        drawn = np.sort(np.random.default_rng(0).permutation(len(embeddings))[:_SAMPLE])
        sample = read_rows(embeddings, drawn)
        mean = sample.mean(0)
        axes = randomized_svd(sample - mean, min(COMPONENTS, *sample.shape), random_state=0)[2].T
        blocks = row_blocks(*embeddings.shape)
        components = np.concatenate([(read_rows(embeddings, rows) - mean) @ axes for rows in blocks])
    return np.pad(components, ((0, 0), (0, max(0, 2 - components.shape[1]))))


def _nearest(points: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """Return the k nearest points of each point by cosine distance, itself first, and their distances, (N, k) each."""
    from sklearn.neighbors import NearestNeighbors

    distances, indices = (
        NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(points).kneighbors(points)
    )
    return indices.astype(np.int64), distances.astype(np.float32)
