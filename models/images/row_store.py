"""Arrays with one row per image, keyed by the images' content, filled block by block.

One array is one folder: see `models.images.row_array`. A killed process loses the block it was at and nothing else; two
processes filling the same array write the same bytes. What is damaged is said, thrown away and computed again.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray, Progress
from models.errors import ErrataError
from models.files.atomic import digest
from models.images.row_array import RowArray
from models.processors.threads import in_order

Blocks = Callable[[Sequence[IntArray]], Iterator[tuple[int, npt.NDArray[np.generic]]]]  # -> place of a block, its rows
Compute = Callable[[IntArray], npt.NDArray[np.generic]]  # positions (B,) -> rows (B, *row_shape)


class _NotKeptError(Exception):
    """A row would have to be computed."""


def open_rows(folder: Path, sha256s: Sequence[str]) -> np.memmap | None:
    """Return the finished array of these images, read-only, or None where it is missing, not finished or damaged.

    Args:
        folder: holds the arrays of one kind (same row shape, same way of computing).
        sha256s: the images' content hashes, length N, in row order.
    """
    array = RowArray(folder / digest(list(sha256s)))
    return array.rows() if array.is_whole() and array.drop_damaged() else None


def forget_rows(folder: Path, sha256s: Sequence[str]) -> None:
    """Remove the array of these images, finished or not."""
    shutil.rmtree(folder / digest(list(sha256s)), ignore_errors=True)


def copied_rows(folder: Path, sha256s: Sequence[str]) -> np.memmap | None:
    """Return the array of these images, made of rows of the folder's other arrays; None where a row is missing.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    if count_missing(folder, sha256s) or not sha256s:
        return None
    like = _arrays(folder)[0].rows()

    def nothing(_: IntArray) -> npt.NDArray[np.generic]:
        raise _NotKeptError  # a row turned out to be damaged

    try:
        return fill_rows(folder, sha256s, like.shape[1:], like.dtype, nothing, 1, 1)
    except _NotKeptError:
        return None


def count_missing(folder: Path, sha256s: Sequence[str]) -> int:
    """Return how many different contents no array of the folder holds yet."""
    known = {keys[i] for array in _arrays(folder) for keys in [array.keys()] for i in _where(array.done())}
    return len(set(sha256s) - known)


def fill_rows(
    folder: Path,
    sha256s: Sequence[str],
    row_shape: tuple[int, ...],
    dtype: npt.DTypeLike,
    compute: Compute,
    batch: int,
    workers: int,
    progress: Progress | None = None,
    blocks_elsewhere: Blocks | None = None,
) -> np.memmap:
    """Compute what is missing and return the whole array, read-only, shape (N, *row_shape).

    Rows whose content is already in another array of the folder are copied (a data set that grew by ten images costs
    ten), and so are repeats of the same content within the array. The rest is computed in batches.

    Args:
        folder: as for `open_rows`.
        sha256s: the images' content hashes, length N.
        row_shape: shape of one row.
        dtype: of the array.
        compute: called with positions of at most `batch` rows, from `workers` threads.
        batch: rows per call; after a kill at most the blocks in flight are computed again.
        workers: number of threads.
        progress: called with (rows done, N).
        blocks_elsewhere: computes blocks of `batch` rows on other machines, in any order, in place of `compute`.

    Raises:
        ErrataError: the folder cannot be written or the disk is full; finished rows are kept.
        TooLargeError: a value is too large for the type.
    """
    array = RowArray(folder / digest(list(sha256s)))
    try:
        array = RowArray.create(array.folder, sha256s, (len(sha256s), *row_shape), np.dtype(dtype))
        array.drop_damaged()
        _copy_known(folder, array, sha256s)
        computed = blocks_elsewhere or (lambda blocks: enumerate(in_order(compute, blocks, workers)))
        for finished in _compute_missing(array, sha256s, computed, batch):
            if progress:
                progress(finished, len(sha256s))
        _copy_repeats(array, sha256s)
    except OSError as error:
        raise ErrataError(
            f"cannot write {array.folder}: {error.strerror}; free some space or choose another ERRATA_HOME, "
            "then run the command again: it continues where it stopped"
        ) from error
    return array.rows()


def _arrays(folder: Path) -> list[RowArray]:
    """Return the folder's arrays that can be read; names that begin with a dot are still being written."""
    arrays = [RowArray(path.parent) for path in sorted(folder.glob("[!.]*/rows.npy"))]
    return [array for array in arrays if array.is_whole()]


def _copy_known(folder: Path, array: RowArray, sha256s: Sequence[str]) -> None:
    """Copy rows that other arrays of the folder already hold, finished or not; a damaged row is not copied."""
    for source in _arrays(folder):
        missing = {sha256s[i]: i for i in _where(~array.done())}
        if source == array or not missing:
            continue
        keys = source.keys()
        pairs = [(missing.pop(keys[i]), i) for i in _where(source.done()) if keys[i] in missing]
        rows, whole = source.rows(), np.array(pairs, dtype=np.int64).reshape(-1, 2)
        for block in _blocks(whole[source.sound(whole[:, 1])], 256):
            array.write(block[:, 0], rows[block[:, 1]])


def _compute_missing(array: RowArray, sha256s: Sequence[str], computed: Blocks, batch: int) -> Iterator[int]:
    """Compute each missing content once; yield how many rows are done so far."""
    done = array.done()
    known = {sha256s[i] for i in _where(done)}
    first = {sha256s[i]: i for i in reversed(range(len(sha256s))) if sha256s[i] not in known}
    positions = np.array(sorted(first.values()), dtype=np.int64)
    finished = len(sha256s) - len(positions)
    blocks = _blocks(positions, batch)
    for place, rows in computed(blocks):
        array.write(blocks[place], rows)
        finished += len(blocks[place])
        yield finished


def _copy_repeats(array: RowArray, sha256s: Sequence[str]) -> None:
    done, rows = array.done(), array.rows()
    source = {sha256s[i]: i for i in _where(done)}
    for block in _blocks(np.flatnonzero(~done), 256):
        array.write(block, rows[[source[sha256s[i]] for i in block.tolist()]])


def _where(mask: BoolArray) -> list[int]:
    return np.flatnonzero(mask).tolist()


def _blocks(values: IntArray, size: int) -> list[IntArray]:
    return [values[start : start + size] for start in range(0, len(values), size)]
