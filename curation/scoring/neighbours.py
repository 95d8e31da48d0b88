"""What the nearest images are labelled: a vote that needs no model."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from models.arrays import BoolArray, FloatArray, IntArray
from models.processors.threads import cores

VOTERS = 20  # nearest images that vote
_SPARE = 12  # more are looked up, for some are copies of the image itself
# Up to so many multiplications all are compared, 250,000 images of 64 numbers; above, pynndescent finds nearly all of
# the nearest. Of 100,000 on two cores it found 94 % in 72 s, and comparing all took 21 s.
_EXACT = 4e12
_ROWS, _COLUMNS = 512, 2048  # of the matrix of cosines at a time
_ROOM = 4  # times as many as wanted are kept of a row, so that enough are there though a sample judged how many
_SOFTNESS = 0.1  # a voter whose cosine is so much lower counts 1/e


def unit(features: FloatArray) -> FloatArray:
    """Return the rows at unit length, shape (N, M); a row of zeros stays."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(np.divide(features, length, out=np.zeros(features.shape, np.float32), where=length > 0))


def nearest(
    features: FloatArray, among: BoolArray, groups: IntArray, count: int = VOTERS
) -> tuple[IntArray, FloatArray]:
    """Return the nearest images of each by the cosine of their features, most alike first; never itself or a copy.

    Args:
        features: shape (N, M).
        among: which images may be neighbours, shape (N,).
        groups: copies share a group, shape (N,).
        count: how many.

    Returns:
        row numbers, shape (N, count), -1 where there are fewer, and cosines, shape (N, count), -inf there.
    """
    own, pool = unit(np.asarray(features, np.float32)), np.flatnonzero(among)
    wanted = min(count + _SPARE, len(pool))
    if not wanted:
        return np.full((len(own), count), -1, np.int64), np.full((len(own), count), -np.inf, np.float32)
    found = _exact(own, pool, wanted) if own.size * len(pool) <= _EXACT else _approximate(own, pool, wanted)
    cosines = np.concatenate(
        [np.einsum("nm,nkm->nk", own[s : s + _ROWS], own[found[s : s + _ROWS]]) for s in range(0, len(own), _ROWS)]
    )
    cosines[groups[found] == groups[:, None]] = -np.inf
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    rows, cosines = np.take_along_axis(found, order, 1), np.take_along_axis(cosines, order, 1)
    rows = np.where(np.isfinite(cosines), rows, -1)
    missing = ((0, 0), (0, count - rows.shape[1]))
    return np.pad(rows, missing, constant_values=-1), np.pad(cosines, missing, constant_values=-np.inf)


def neighbour_vote(
    features: FloatArray, labels: IntArray, n_classes: int, among: BoolArray, groups: IntArray
) -> FloatArray:
    """Return the classes that the nearest images are labelled with, as probabilities, shape (N, K).

    The nearer a voter the more it counts; a tenth of a vote goes to every class.

    Args:
        features: shape (N, M); none may be the output of a network that learned from the labels.
        labels: given class indices, shape (N,).
        n_classes: K.
        among: whose labels may vote, shape (N,).
        groups: copies share a group, shape (N,), and do not vote on one another.
    """
    rows, cosines = nearest(features, among, groups)
    votes = np.full((len(labels), n_classes), 0.1, np.float32)
    best = np.where(np.isfinite(cosines[:, :1]), cosines[:, :1], 0)
    counts = np.exp((cosines - best) / _SOFTNESS)  # 0 where there is no neighbour
    for place in range(rows.shape[1]):
        votes[np.arange(len(labels)), labels[rows[:, place]]] += counts[:, place]
    return np.asarray(votes / votes.sum(1, keepdims=True), np.float32)


def _exact(own: FloatArray, pool: IntArray, wanted: int) -> IntArray:
    """Return the nearest of all, shape (N, wanted), in no order: blocks of cosines that never leave the cache.

    Of every block only what lies above a floor is kept: the cosine that `_ROOM` times as many as wanted should have,
    judged by a sample. A row for which that was too few, as among many that are all alike, is compared as a whole.
    """
    among = own[pool]
    sample = among[np.random.default_rng(0).permutation(len(among))[:_COLUMNS]]
    place = min(len(sample) - 1, -(-_ROOM * wanted * len(sample) // len(among)))

    def block(start: int) -> IntArray:
        rows = own[start : start + _ROWS]
        floor = -np.partition(-(rows @ sample.T), place, axis=1)[:, place, None]
        row, column, cosine = _above(rows, among, floor)
        count = np.bincount(row, minlength=len(rows))
        place_in_row = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        cosines = np.full((len(rows), max(count.max(), wanted)), -np.inf, np.float32)
        columns = np.zeros(cosines.shape, np.int64)
        cosines[row, place_in_row], columns[row, place_in_row] = cosine, column
        found = np.take_along_axis(columns, _largest(cosines, wanted), 1)
        few = count < wanted
        if few.any():
            found[few] = _largest(rows[few] @ among.T, wanted)
        return found

    # One block a thread: the products alone would leave all but one core idle half of the time.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores()) as threads:
        found = list(threads.map(block, range(0, len(own), _ROWS)))
    return pool[np.concatenate(found)] if found else np.zeros((0, wanted), np.int64)


def _above(rows: FloatArray, among: FloatArray, floor: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return row, column and value of the cosines above the floor of their row, row by row, shape (P,) each."""
    row, column, cosine = [], [], []
    for start in range(0, len(among), _COLUMNS):
        cosines = rows @ among[start : start + _COLUMNS].T
        high = np.flatnonzero(cosines > floor)
        row.append((high // cosines.shape[1]).astype(np.int16))  # which NumPy sorts in linear time
        column.append(high % cosines.shape[1] + start)
        cosine.append(cosines.ravel()[high])
    order = np.argsort(np.concatenate(row), kind="stable")
    return np.concatenate(row)[order].astype(np.int64), np.concatenate(column)[order], np.concatenate(cosine)[order]


def _largest(values: FloatArray, wanted: int) -> IntArray:
    first = values.shape[-1] - wanted
    return np.argpartition(values, first, axis=-1)[..., first:]


def _approximate(own: FloatArray, pool: IntArray, wanted: int) -> IntArray:
    """Return nearly the nearest; source: Dong et al. 2011, doi:10.1145/1963405.1963487, as in pynndescent."""
    from pynndescent import NNDescent

    index = NNDescent(own[pool], metric="cosine", n_neighbors=wanted, random_state=0)
    found, _ = index.query(own, k=wanted)
    return pool[np.asarray(found, np.int64)]
