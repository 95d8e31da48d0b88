"""Several arrays in one .npz file, whole or absent; nothing is unpickled, and nothing is larger than it says."""

import io
import lzma
import math
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt

from models.errors import ErrataError
from models.files.atomic import atomic
from models.files.finite import all_finite
from models.files.scratch import scratch_bytes
from models.maps import give_back, map_behind

_WRITE = "write it again"
_AT_ONCE = 2**20  # bytes that are unpacked at a time: zipfile holds them twice more
_LEFT_FROM = 2**24  # bytes from which an array may be left in its file
_LENGTHS_AT = 26  # in the head that a member has in the file: the lengths of the two parts before its bytes
_KINDS = {"text": "U", "numbers": "iuf", "whole": "iu", "flags": "b"}
# What NumPy raises for the header of an array, which it reads as Python.
HEADER_ERRORS = (ValueError, TypeError, OverflowError, SyntaxError, TokenError, RecursionError, MemoryError, EOFError)
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Like:
    """What an array of a file must be."""

    kind: str  # text, numbers, whole or flags
    shape: tuple[str | int, ...] = ()  # a letter is the same size in every array of the file
    optional: bool = False  # files of before lack it
    finite: bool = False
    left_in_file: bool = False  # a large one is not held in memory, but a map of the file


def write_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Write the arrays under their names.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w", allowZip64=True) as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                _write(member, np.asanyarray(array))


def _write(member: IO[bytes], array: npt.NDArray[Any]) -> None:
    """Write one array as NumPy does; of the map of a file, pages that were read are given back."""
    if map_behind(array) is None or array.ndim < 2 or (array.flags.f_contiguous and not array.flags.c_contiguous):
        np.lib.format.write_array(member, array, allow_pickle=False)
        return
    np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
    at_once = max(1, _AT_ONCE // max(1, array[:1].nbytes))
    for start in range(0, len(array), at_once):
        member.write(array[start : start + at_once].tobytes())
        give_back(array)


def read_arrays(
    path: Path,
    only: Collection[str] = (),
    like: Mapping[str, Like] | None = None,
    most_bytes: int | None = None,
    advice: str = _WRITE,
    scratch: Path | None = None,
) -> Arrays:
    """Return the arrays of an .npz file by name; what is read was checked against the checksums in the file.

    Args:
        path: the file.
        only: names of the arrays to read, where the file has them; all by default.
        like: what the arrays must be; arrays that it does not name are read as they are. A large one that is to be
            left in the file is a memory map, read-only, of the bytes that were checked; where it is compressed, it is
            read.
        most_bytes: of all arrays that are read, in memory; any number by default.
        advice: what to do where the file is damaged, or an array not what it must be.
        scratch: folder in which large arrays lie in files without a name, as those of files that others may change
            meanwhile; None: they are in memory.

    Raises:
        ErrataError: the file is missing, damaged, no .npz, holds Python objects, lacks an array, or an array is of
            another kind, shape or size.
    """
    try:
        with path.open("rb") as stream:  # ours to close: zipfile leaves it open where the file is damaged
            if stream.read(6) == np.lib.format.MAGIC_PREFIX:
                raise ErrataError(f"{path} holds a single array without a name; write it with numpy.savez")
            arrays = _arrays(path, stream, only, like or {}, most_bytes, scratch)
    except OSError as error:
        raise ErrataError(
            f"cannot read {path}: {error.strerror or error}; check the path and its permissions"
        ) from error
    except _DAMAGED as error:
        raise ErrataError(f"{path} is damaged or no .npz of plain arrays ({error}); {advice}") from error
    if like is not None:
        _check(path, arrays, like, advice)
    return arrays


def read_single(path: Path, content: bytes, like: Like, advice: str) -> npt.NDArray[Any]:
    """Return the array of the content of an .npy file.

    Raises:
        ErrataError: it is damaged, or the array is of another kind or shape.
    """
    try:
        array = _array(path, "the array", io.BytesIO(content), len(content))
    except _DAMAGED as error:
        raise ErrataError(f"{path} is damaged ({error}); {advice}") from error
    _check(path, {"the array": array}, {"the array": like}, advice)
    return array


_DAMAGED = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, RuntimeError, struct.error, lzma.LZMAError)


def _arrays(
    path: Path,
    stream: IO[bytes],
    only: Collection[str],
    like: Mapping[str, Like],
    most_bytes: int | None,
    scratch: Path | None,
) -> Arrays:
    file = zipfile.ZipFile(stream)
    members = {info.filename.removesuffix(".npy"): info for info in file.infolist()}
    wanted = {name: info for name, info in members.items() if not only or name in only}
    size = sum(info.file_size for info in wanted.values())
    if most_bytes is not None and size > most_bytes:
        raise ErrataError(
            f"{path} unpacks to {size / 1e9:.1f} GB, more than its images and classes can need "
            f"({most_bytes / 1e9:.1f} GB); write only the arrays that are read"
        )
    arrays = {}
    for name, info in wanted.items():
        with file.open(info) as member:
            if name in like and like[name].left_in_file and _can_be_left(info):
                arrays[name] = _mapped(path, name, member, info, stream, like[name].finite)
            else:
                arrays[name] = _array(path, name, member, info.file_size, scratch)
    return arrays


def _can_be_left(info: zipfile.ZipInfo) -> bool:
    return info.compress_type == zipfile.ZIP_STORED and info.file_size >= _LEFT_FROM


def _mapped(
    path: Path, name: str, member: IO[bytes], info: zipfile.ZipInfo, stream: IO[bytes], finite: bool
) -> npt.NDArray[Any]:
    """Return the array of a member as a map of the file, once all its bytes were looked at, a block at a time."""
    head = _described(path, name, member, info.file_size)
    start, left = member.tell(), head.n_bytes
    while block := member.read(_AT_ONCE - _AT_ONCE % max(head.dtype.itemsize, 1)):  # at the end the checksum is known
        left -= len(block)
        if finite and head.dtype.kind == "f" and not all_finite(np.frombuffer(block, head.dtype)):
            raise ValueError(f"{name} holds NaN or infinity")
    if left:
        raise ValueError(f"{name} is cut off")
    stream.seek(info.header_offset + _LENGTHS_AT)
    lengths: tuple[int, int] = struct.unpack("<HH", stream.read(4))  # of the name and of what else the head tells
    offset = info.header_offset + _LENGTHS_AT + 4 + sum(lengths) + start
    return np.memmap(stream, head.dtype, "r", offset, head.shape, head.order)


def _array(path: Path, name: str, member: IO[bytes], size: int, scratch: Path | None = None) -> npt.NDArray[Any]:
    """Return the array of a member of this size; its header is believed only as far as the member has bytes."""
    head = _described(path, name, member, size)
    flat = scratch_bytes(head.n_bytes, scratch)
    rest = memoryview(flat)  # type: ignore[arg-type]
    while count := member.readinto(rest[:_AT_ONCE]):  # type: ignore[attr-defined]
        rest = rest[count:]
        give_back(flat)
    if len(rest) or member.read(1):  # the end: now zipfile has compared the checksum
        raise ValueError(f"{name} is cut off")
    if not head.n_bytes:
        return np.empty(head.shape, head.dtype, head.order)
    return flat.view(head.dtype).reshape(head.shape, order=head.order)


@dataclass(frozen=True)
class _Head:
    """What the header of an array says, and the member has bytes for."""

    shape: tuple[int, ...]
    order: Literal["C", "F"]
    dtype: np.dtype[Any]
    n_bytes: int


def _described(path: Path, name: str, member: IO[bytes], size: int) -> _Head:
    """Read the header of the array of a member of this size, up to its values."""
    shape, fortran, dtype = _header(name, member)
    if dtype.hasobject:
        raise ErrataError(
            f"{path} is damaged or no .npz of plain arrays: {name} holds Python objects, which are not opened; "
            f"write it as an array of text or numbers, as {name}.astype(str) or .astype(float)"
        )
    n_bytes = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or n_bytes != size - member.tell():
        raise ValueError(f"{name} is said to have shape {shape} of {dtype}, and has {size - member.tell():,} bytes")
    return _Head(shape, "F" if fortran else "C", dtype, n_bytes)


def _header(name: str, member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    try:
        version = np.lib.format.read_magic(member)
    except ValueError as error:
        raise ValueError(f"{name} is something other than an array") from error
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read:
        raise ValueError(f"{name} is in version {version} of the format")
    try:
        header: tuple[tuple[int, ...], bool, np.dtype] = read[version](member)
    except HEADER_ERRORS as error:
        raise ValueError(f"the header of {name} cannot be read") from error
    return header


def _check(path: Path, arrays: Arrays, like: Mapping[str, Like], advice: str) -> None:
    """Raise where an array is missing or not what it must be."""
    if lost := [name for name, expected in like.items() if name not in arrays and not expected.optional]:
        raise ErrataError(f"{path} is damaged: it lacks {' and '.join(sorted(lost))}; {advice}")
    sizes: dict[str, int] = {}
    for name, expected in like.items():
        if name in arrays and (wrong := _wrong(arrays[name], expected, sizes)):
            raise ErrataError(f"{path} is damaged: {name} {wrong}; {advice}")


def _wrong(array: npt.NDArray[Any], expected: Like, sizes: dict[str, int]) -> str:
    """Return what is wrong with an array, empty where nothing is; `sizes` are those of the letters so far."""
    if array.dtype.kind not in _KINDS[expected.kind]:
        return f"holds {array.dtype}, not {expected.kind}"
    shape = tuple(sizes.get(size, "any") if isinstance(size, str) else size for size in expected.shape)
    if array.ndim != len(shape) or any(size not in ("any", n) for size, n in zip(shape, array.shape, strict=True)):
        return f"has shape {array.shape}, not ({', '.join(map(str, shape))})"
    sizes |= {size: n for size, n in zip(expected.shape, array.shape, strict=True) if isinstance(size, str)}
    if expected.finite and not isinstance(array, np.memmap) and not all_finite(array):  # a map was looked at
        return "holds NaN or infinity"
    return ""
