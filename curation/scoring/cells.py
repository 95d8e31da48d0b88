"""Nearly the nearest among very many images: only images in the nearest cells of a partition are compared.

Source: inverted file index, Sivic & Zisserman 2003, doi:10.1109/ICCV.2003.1238663; spherical k-means.
"""

import numpy as np
from threadpoolctl import threadpool_limits

from models.arrays import FloatArray, IntArray
from models.processors.threads import cores, in_order

_MEMBERS = 500  # images of a cell, about
_VISITED = 8  # nearest cells that are searched for an image
_AXES = 128  # leading axes that the search is done on
_SAMPLE, _TURNS = 64, 6  # images that place each cell, and steps of k-means
_BLOCK = 8_192  # rows at a time


def nearest_in_cells(features: FloatArray, pool: IntArray, wanted: int) -> IntArray:
    """Return rows of the pool that are nearly the nearest of each image by cosine, shape (N, wanted), in no order.

    Time grows like the number of images: a cell has as many images whatever their number is. Where the cells hold too
    few, the image itself fills the places.

    Args:
        features: shape (N, M), of any length.
        pool: rows that may be neighbours, shape (P,).
        wanted: how many.
    """
    with threadpool_limits(1, "blas"):  # a block a thread
        small = _on_leading_axes(features)
        centres = _centres(small[pool])
        visited = _nearest_centres(small, centres, min(_VISITED, len(centres)))
        return _searched(small, pool, visited, len(centres), wanted)


def _on_leading_axes(features: FloatArray) -> FloatArray:
    """Return the features at unit length on the axes that hold most of their products, again at unit length."""
    draws = np.random.default_rng(0).permutation(len(features))[:_BLOCK]
    sample = _unit(np.asarray(features[np.sort(draws)], np.float32))
    axes = np.ascontiguousarray(np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, :_AXES])
    small = np.empty((len(features), axes.shape[1]), np.float32)

    def project(start: int) -> None:
        block = _unit(np.asarray(features[start : start + _BLOCK], np.float32))
        small[start : start + _BLOCK] = _unit(block @ axes)

    for _ in in_order(project, range(0, len(features), _BLOCK), cores()):
        pass
    return small


def _centres(members: FloatArray) -> FloatArray:
    """Return the centres of the cells, shape (C, M), at unit length."""
    draws, count = np.random.default_rng(1), max(1, len(members) // _MEMBERS)
    sample = members[draws.permutation(len(members))[: count * _SAMPLE]]
    centres = sample[:count]
    for _ in range(_TURNS):
        home = _nearest_centres(sample, centres, 1)[:, 0]
        order = np.argsort(home, kind="stable")
        present, first = np.unique(home[order], return_index=True)
        centres = centres.copy()
        centres[present] = _unit(np.add.reduceat(sample[order], first))
    return centres


def _nearest_centres(rows: FloatArray, centres: FloatArray, count: int) -> IntArray:
    """Return the nearest centres of each row, the nearest first, shape (N, count)."""

    def nearest(start: int) -> IntArray:
        cosines = rows[start : start + _BLOCK] @ centres.T
        if count == 1:
            return np.asarray(cosines.argmax(1)[:, None], np.int64)
        high = np.argpartition(cosines, len(centres) - count, axis=1)[:, len(centres) - count :]
        order = np.argsort(-np.take_along_axis(cosines, high, 1), axis=1)
        return np.asarray(np.take_along_axis(high, order, 1), np.int64)

    return np.concatenate([*in_order(nearest, range(0, len(rows), _BLOCK), cores())])


def _searched(small: FloatArray, pool: IntArray, visited: IntArray, n_cells: int, wanted: int) -> IntArray:
    """Return the nearest of the pool within the visited cells of each image, shape (N, wanted)."""
    home = visited[pool, 0]
    members = np.split(pool[np.argsort(home, kind="stable")], np.cumsum(np.bincount(home, minlength=n_cells))[:-1])
    askers, ends = (
        np.argsort(visited, axis=None, kind="stable"),
        np.cumsum(np.bincount(visited.ravel(), minlength=n_cells)),
    )
    asking = [part // visited.shape[1] for part in np.split(askers, ends[:-1])]

    def search(cell: int) -> tuple[FloatArray, IntArray]:
        cosines = small[asking[cell]] @ small[members[cell]].T
        if cosines.shape[1] <= wanted:
            return cosines, np.broadcast_to(members[cell], cosines.shape)
        high = np.argpartition(cosines, cosines.shape[1] - wanted, axis=1)[:, cosines.shape[1] - wanted :]
        return np.take_along_axis(cosines, high, 1), members[cell][high]

    best = np.full((len(small), wanted), -np.inf, np.float32)
    nearest = np.repeat(np.arange(len(small), dtype=np.int64)[:, None], wanted, 1)
    for rows, (cosines, found) in zip(asking, in_order(search, range(len(asking)), cores()), strict=True):
        together = np.concatenate([best[rows], cosines], 1)
        high = np.argpartition(together, together.shape[1] - wanted, axis=1)[:, together.shape[1] - wanted :]
        best[rows] = np.take_along_axis(together, high, 1)
        nearest[rows] = np.take_along_axis(np.concatenate([nearest[rows], found], 1), high, 1)
    return nearest


def _unit(rows: FloatArray) -> FloatArray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-12), np.float32)
