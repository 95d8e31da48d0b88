"""What disks, crashes, editors and other versions do to a file, and the files of a workspace that are read back."""

import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.workspaces.whole import NEIGHBOUR

_PICTURES = (".png", ".jpg")
_MADE_NEW = ("lock", "log.txt", "report.html")  # nothing reads them back but people


def _one_bit(content: bytes) -> bytes:
    place = random.Random(len(content)).randrange(len(content))
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


def _other_types(content: bytes) -> bytes:
    """Return JSON of the same fields, each of another type; any JSON for what is none."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        return {"a": 1} if isinstance(value, list) else []

    try:
        return json.dumps(changed(json.loads(content))).encode()
    except ValueError:
        return b'{"a": {"b": 3}}'


def _arrays(content: bytes, changed: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> bytes:
    """Return the content of an .npy or .npz file with other arrays, whole by all checksums; else as it was."""
    file = io.BytesIO()
    if content.startswith(b"PK"):
        with np.load(io.BytesIO(content)) as arrays:
            np.savez(file, allow_pickle=False, **{name: changed(arrays[name]) for name in arrays.files})
    elif content.startswith(b"\x93NUMPY"):
        np.save(file, changed(np.load(io.BytesIO(content))))
    return file.getvalue() or content


def _not_finite(content: bytes) -> bytes:
    """Return the content with NaN or infinity in place of the first number of each array, or of the file."""

    def changed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if array.dtype.kind == "f" and array.size:
            array.flat[0] = np.inf if array.size % 2 else np.nan
        return array

    return re.sub(rb"(?<=: )\d[\d.e+-]*", b"NaN", _arrays(content, changed), count=1)


def _a_row_less(content: bytes) -> bytes:
    return _arrays(content, lambda array: array[:-1] if array.ndim else array)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "halved": lambda content: content[: len(content) // 2],
    "one bit": _one_bit,
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "no fields": lambda _: b"{}",
    "other types": _other_types,
    "a number": lambda _: b"3",
    "binary": lambda _: bytes(range(256)) * 4,
    "deep": lambda _: b"[" * 20_000,
    "not finite": _not_finite,
    "a row less": _a_row_less,
}


def kinds_of_files(home: Path) -> dict[str, Path]:
    """Return a file of each kind that a workspace has, by its room and name; none of the neighbour's."""
    kinds: dict[str, Path] = {}
    for path in sorted(home.rglob("*")):
        room, *rest = path.relative_to(home).parts
        if not path.is_file() or path.name in _MADE_NEW or path.suffix in _PICTURES or NEIGHBOUR in str(path):
            continue
        if room in ("database", "data"):
            continue
        kind = "audit" if rest and rest[0].startswith("audit-") else room
        if room == "runs" and re.search(r"-s\d+$", rest[0]):
            kind = "trained"
        kinds.setdefault(f"{kind} entry.json" if room == "queue" else f"{kind} {path.name}", path)
    return kinds


def damage(path: Path, way: str) -> bool:
    """Damage a file and return whether that way changes it."""
    path.chmod(0o644)
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[way](whole))
    return path.read_bytes() != whole
