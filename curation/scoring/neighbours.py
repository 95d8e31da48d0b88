"""The nearest images by their embeddings: of all images, of one image, and how their labels vote."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from curation.scoring.cells import nearest_in_cells
from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.errors import ErrataError
from models.processors.blocks import read_rows, row_blocks
from models.processors.threads import cores, in_order

Halves = npt.NDArray[np.float16]
VOTERS = 20  # nearest images that vote
_SPARE = 12  # more are looked up, for some are copies of the image itself
# Up to so many multiplications (80,000 images of 64 numbers, 17,000 of 1,280) all pairs are compared, and always where
# few may be neighbours; above, only images in the nearest cells are.
_EXACT, _FEW = 4e11, 20_000
_ROWS, _COLUMNS = 512, 2048  # of the matrix of cosines at a time
_ROOM = 4  # times as many as wanted are kept of a row: a sample only estimates how many lie above a cosine
_SOFTNESS = 0.1  # a voter whose cosine is so much lower counts 1/e


def unit(features: Features) -> FloatArray:
    """Return the rows at unit length, shape (N, M); a row of zeros stays."""
    features = np.asarray(features, np.float32)  # the squares of float16 would be too large for it
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(np.divide(features, length, out=np.zeros(features.shape, np.float32), where=length > 0))


def to_unit(features: FloatArray) -> None:
    """Bring the rows, shape (N, M), to unit length in their place; a row of zeros stays."""
    for rows in row_blocks(*features.shape):
        features[rows] = unit(features[rows])


def nearest_images(
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
    pool, n = np.flatnonzero(among), len(features)
    wanted = min(count + _SPARE, len(pool))
    if not wanted:
        return np.full((n, count), -1, np.int64), np.full((n, count), -np.inf, np.float32)
    if features.size * len(pool) <= _EXACT or len(pool) <= _FEW:
        rows = _exact(unit(np.asarray(features, np.float32)), pool, wanted)
    else:
        rows = nearest_in_cells(features, pool, wanted)
    cosines = _cosines(features, rows)
    cosines[groups[rows] == groups[:, None]] = -np.inf
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    rows, cosines = np.take_along_axis(rows, order, 1), np.take_along_axis(cosines, order, 1)
    rows = np.where(np.isfinite(cosines), rows, -1)
    missing = ((0, 0), (0, count - rows.shape[1]))
    return np.pad(rows, missing, constant_values=-1), np.pad(cosines, missing, constant_values=-np.inf)


def directions(*embeddings: Features) -> Halves:
    """Return embeddings centred and brought to unit length, shape (N, D), as float16: half the memory, same order.

    Args:
        embeddings: of N images, shape (N, D), in one part or several after one another; each may be a map of a file,
            which is read a block at a time. An image in the very centre stays zero and is like no other.

    Raises:
        ErrataError: they are no table of finite numbers.
    """
    for part in embeddings:
        if part.ndim != 2:
            raise ErrataError(f"embeddings have shape {part.shape}; expected finite numbers, (N, D)")
    n, width = sum(len(part) for part in embeddings), embeddings[0].shape[1]
    blocks = [(part, rows) for part in embeddings for rows in row_blocks(len(part), width)]
    total = sum((read_rows(*block).sum(0, dtype=np.float64) for block in blocks), np.zeros(width))
    if not np.isfinite(total).all():
        raise ErrataError(f"embeddings of shape {(n, width)} hold NaN or infinity; expected finite numbers, (N, D)")
    mean, turned, start = (total / max(n, 1)).astype(np.float32), np.empty((n, width), np.float16), 0
    for part, rows in blocks:
        centred = read_rows(part, rows) - mean
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        turned[start : start + len(centred)] = centred
        start += len(centred)
    return turned


def most_alike(directions: Halves, row: int, among: BoolArray, count: int) -> IntArray:
    """Return the images most like a given one, the most alike first.

    Args:
        directions: as `directions` returns them, shape (N, D).
        row: the given image, 0..N-1; it is never among the answers.
        among: which images may be returned, shape (N,).
        count: how many to return, at most.

    Returns:
        shape (C,), C at most `count`, by falling cosine similarity; the lower row first where two are equally alike.

    Raises:
        ErrataError: shapes disagree or there is no such row.
    """
    if among.shape != directions.shape[:1]:
        raise ErrataError(f"among has shape {among.shape} and directions {directions.shape}; expected (N,) and (N, D)")
    if not 0 <= row < len(directions):
        raise ErrataError(f"there is no row {row}; expected 0 to {len(directions) - 1}")
    candidates = np.flatnonzero(among)
    candidates = candidates[candidates != row]
    asked = directions[row].astype(np.float32)
    blocks = [read_rows(directions, candidates[block]) @ asked for block in row_blocks(len(candidates), len(asked))]
    cosines = np.concatenate([np.empty(0, np.float32), *blocks])
    return np.asarray(candidates[np.argsort(-cosines, kind="stable")[: max(0, count)]], np.int64)


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
    rows, cosines = nearest_images(features, among, groups)
    votes = np.full((len(labels), n_classes), 0.1, np.float32)
    best = np.where(np.isfinite(cosines[:, :1]), cosines[:, :1], 0)
    counts = np.exp((cosines - best) / _SOFTNESS)  # 0 where there is no neighbour
    for place in range(rows.shape[1]):
        votes[np.arange(len(labels)), labels[rows[:, place]]] += counts[:, place]
    return np.asarray(votes / votes.sum(1, keepdims=True), np.float32)


def _cosines(features: FloatArray, rows: IntArray) -> FloatArray:
    """Return the cosine of each image and the images of its row, shape (N, C)."""

    def block(start: int) -> FloatArray:
        some = rows[start : start + _ROWS]
        there, place = np.unique(some, return_inverse=True)
        units = unit(np.asarray(features[there], np.float32))
        own = unit(np.asarray(features[start : start + _ROWS], np.float32))
        return np.asarray(np.einsum("nm,nkm->nk", own, units[place.reshape(some.shape)]), np.float32)

    return np.concatenate([*in_order(block, range(0, len(rows), _ROWS), cores())])


def _exact(units: FloatArray, pool: IntArray, wanted: int) -> IntArray:
    """Return the nearest of all, shape (N, wanted), in no order: blocks of cosines that never leave the cache.

    Of every block only the cosines above a floor are kept: `_ROOM` times as many as wanted should lie above it, as
    estimated from a sample. A row with too few above it, as among many images that are all alike, is compared with all.
    """
    among = units[pool]
    sample = among[np.random.default_rng(0).permutation(len(among))[:_COLUMNS]]
    place = min(len(sample) - 1, -(-_ROOM * wanted * len(sample) // len(among)))

    def block(start: int) -> IntArray:
        rows = units[start : start + _ROWS]
        floor = -np.partition(-(rows @ sample.T), place, axis=1)[:, place, None]
        row, column, cosine = _above(rows, among, floor)
        count = np.bincount(row, minlength=len(rows))
        place_in_row = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        cosines = np.full((len(rows), max(count.max(), wanted)), -np.inf, np.float32)
        columns = np.zeros(cosines.shape, np.int64)
        cosines[row, place_in_row], columns[row, place_in_row] = cosine, column
        nearest = np.take_along_axis(columns, _largest(cosines, wanted), 1)
        too_few = count < wanted
        if too_few.any():
            nearest[too_few] = _largest(rows[too_few] @ among.T, wanted)
        return nearest

    # One block a thread: the products alone would leave all but one core idle half of the time.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores()) as threads:
        blocks = list(threads.map(block, range(0, len(units), _ROWS)))
    return pool[np.concatenate(blocks)] if blocks else np.zeros((0, wanted), np.int64)


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
    """Return where the largest values of each row are, in no order."""
    first = values.shape[-1] - wanted
    return np.argpartition(values, first, axis=-1)[..., first:]
