"""Arrays with one row per image, keyed by the images' content, filled block by block.

One array is one folder: `sha256s.txt` (the rows' keys), `done.npy` (which rows are written) and `rows.npy`. A row is
marked done only after it is on disk, so a killed process loses the block it was at and nothing else; two processes
filling the same array write the same bytes.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray, Progress
from models.errors import ErrataError
from models.files.atomic import digest, write_text
from models.files.unfinished import sweep, unfinished_folder
from models.processors.threads import in_order

Blocks = Callable[[Sequence[IntArray]], Iterator[tuple[int, npt.NDArray[np.generic]]]]  # -> place of a block, its rows
Compute = Callable[[IntArray], npt.NDArray[np.generic]]  # positions (B,) -> rows (B, *row_shape)


def open_rows(folder: Path, sha256s: Sequence[str]) -> np.memmap | None:
    """Return the finished array of these images, read-only, or None where it is missing or not finished.

    Args:
        folder: holds the arrays of one kind (same row shape, same way of computing).
        sha256s: the images' content hashes, length N, in row order.
    """
    array = folder / digest(list(sha256s))
    if not array.is_dir() or not np.load(array / "done.npy").all():
        return None
    return _open(array)


def copied_rows(folder: Path, sha256s: Sequence[str]) -> np.memmap | None:
    """Return the array of these images, made of rows of the folder's other arrays; None where a row is missing.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    if count_missing(folder, sha256s) or not sha256s:
        return None
    like = _open(_arrays(folder)[0])

    def nothing(positions: IntArray) -> npt.NDArray[np.generic]:
        raise AssertionError(f"rows {positions} are not kept")

    return fill_rows(folder, sha256s, like.shape[1:], like.dtype, nothing, 1, 1)


def count_missing(folder: Path, sha256s: Sequence[str]) -> int:
    """Return how many different contents no array of the folder holds yet."""
    known = {keys[i] for array in _arrays(folder) for keys in [_keys(array)] for i in _where(_done(array))}
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
    """
    array = folder / digest(list(sha256s))
    try:
        _create(array, sha256s, (len(sha256s), *row_shape), np.dtype(dtype))
        _copy_known(folder, array, sha256s)
        computed = blocks_elsewhere or (lambda blocks: enumerate(in_order(compute, blocks, workers)))
        for finished in _compute_missing(array, sha256s, computed, batch):
            if progress:
                progress(finished, len(sha256s))
        _copy_repeats(array, sha256s)
    except OSError as error:
        raise ErrataError(
            f"cannot write {array}: {error.strerror}; free some space or choose another ERRATA_HOME, "
            "then run the command again: it continues where it stopped"
        ) from error
    return _open(array)


def _create(array: Path, sha256s: Sequence[str], shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Create the array's folder in one step, so that it is whole or absent; an existing folder is kept."""
    if array.is_dir():
        return
    array.parent.mkdir(parents=True, exist_ok=True)
    sweep(array.parent, array.name)  # of earlier attempts that were killed
    with unfinished_folder(array) as temporary:
        write_text(temporary / "sha256s.txt", "".join(f"{sha256}\n" for sha256 in sha256s))
        np.save(temporary / "done.npy", np.zeros(shape[0], dtype=bool))
        with (temporary / "rows.npy").open("wb") as file:
            header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.truncate(file.tell() + int(np.prod(shape)) * dtype.itemsize)
        temporary.chmod(0o755)
        try:
            temporary.rename(array)
        except OSError:
            if not array.is_dir():  # or another process was first
                raise


def _arrays(folder: Path) -> list[Path]:
    """Return the folder's arrays; names that begin with a dot are still being written."""
    return sorted(path.parent for path in folder.glob("[!.]*/rows.npy"))


def _keys(array: Path) -> list[str]:
    return (array / "sha256s.txt").read_text(encoding="utf-8").split()


def _open(array: Path) -> np.memmap:
    rows = np.load(array / "rows.npy", mmap_mode="r")
    assert isinstance(rows, np.memmap)  # noqa: S101 (tells mypy what mmap_mode returns)
    return rows


def _done(array: Path) -> BoolArray:
    done: BoolArray = np.load(array / "done.npy")
    return done


def _write(array: Path, positions: IntArray, rows: npt.NDArray[np.generic]) -> None:
    """Write rows, make sure they are on disk, then mark them done.

    Through the file and not through a memory map: on a full disk a write raises, but a map kills the process.
    """
    target = _open(array)
    size = target.dtype.itemsize * int(np.prod(target.shape[1:]))
    with (array / "rows.npy").open("r+b") as file:
        for position, row in zip(positions, np.ascontiguousarray(rows, dtype=target.dtype), strict=True):
            file.seek(target.offset + int(position) * size)
            file.write(row.tobytes())
        file.flush()
        os.fsync(file.fileno())
    with (array / "done.npy").open("r+b") as file:
        start = (array / "done.npy").stat().st_size - len(target)
        for position in positions:
            file.seek(start + int(position))
            file.write(b"\1")


def _copy_known(folder: Path, array: Path, sha256s: Sequence[str]) -> None:
    """Copy rows that other arrays of the folder already hold, finished or not."""
    for source in _arrays(folder):
        missing = {sha256s[i]: i for i in _where(~_done(array))}
        if source == array or not missing:
            continue
        keys = _keys(source)
        pairs = [(missing.pop(keys[i]), i) for i in _where(_done(source)) if keys[i] in missing]
        rows = _open(source)
        for block in _blocks(np.array(pairs, dtype=np.int64).reshape(-1, 2), 256):
            _write(array, block[:, 0], rows[block[:, 1]])


def _compute_missing(array: Path, sha256s: Sequence[str], computed: Blocks, batch: int) -> Iterator[int]:
    """Compute each missing content once; yield how many rows are done so far."""
    done = _done(array)
    known = {sha256s[i] for i in _where(done)}
    first = {sha256s[i]: i for i in reversed(range(len(sha256s))) if sha256s[i] not in known}
    positions = np.array(sorted(first.values()), dtype=np.int64)
    finished = len(sha256s) - len(positions)
    blocks = _blocks(positions, batch)
    for place, rows in computed(blocks):
        _write(array, blocks[place], rows)
        finished += len(blocks[place])
        yield finished


def _copy_repeats(array: Path, sha256s: Sequence[str]) -> None:
    done, rows = _done(array), _open(array)
    source = {sha256s[i]: i for i in _where(done)}
    for block in _blocks(np.flatnonzero(~done), 256):
        _write(array, block, rows[[source[sha256s[i]] for i in block.tolist()]])


def _where(mask: BoolArray) -> list[int]:
    return np.flatnonzero(mask).tolist()


def _blocks(values: IntArray, size: int) -> list[IntArray]:
    return [values[start : start + size] for start in range(0, len(values), size)]
