"""The parts of a name that somebody gave an image, whatever program wrote it, and how it differs from the image_id."""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote

_SCHEME = re.compile(r"[A-Za-z][\w+.-]*://|[A-Za-z]:(?=/)")  # gs://, file://, C:
_LOCAL = re.compile(r"[^?]*/data/local-files/\?(.*)")  # Label Studio's address of a file on its disk
_UPLOADED = re.compile(r"(?:[^?]*/)?data/upload/(?:\d+/)?(?:[0-9a-f]{8}-)?([^/?]+)")  # and of an uploaded file


def inside(root: str, name: str) -> str | None:
    """Return a name as a path relative to the folder of the images, POSIX; None where it leads out of the folder."""
    path = ".." if "\0" in name else os.path.normpath(name)  # normpath of Python 3.11 stops at a NUL
    if os.path.isabs(path):  # noqa: PTH117 - strings, for speed
        path = os.path.relpath(path, root)
        if path.startswith(".."):  # the name or the folder may go through a link
            folder, file = os.path.split(name)
            path = os.path.relpath(os.path.join(os.path.realpath(folder), file), os.path.realpath(root))  # noqa: PTH118
    return None if path.split(os.sep, 1)[0] in ("..", ".") else path.replace(os.sep, "/")


def leads_out(root: Path, name: str) -> bool:
    """Return whether a name is that of a file outside the folder of the images, reached by `..`."""
    return "\0" in name or (".." in parts_of(name) and (root / name).exists())


def parts_of(name: str) -> list[str]:
    """Return the folders of a name and its file, whatever separates them, NFC: ['C:', 'set', 'a.jpg']."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if local := _LOCAL.match(plain):
        plain = parse_qs(local[1]).get("d", [plain])[0]
    elif uploaded := _UPLOADED.fullmatch(plain.partition("?")[0]):
        plain = unquote(uploaded[1])
    scheme = _SCHEME.match(plain)
    rest = plain[scheme.end() :] if scheme else plain
    if scheme and "://" in scheme[0]:
        rest = rest.partition("?")[0]
    start = [scheme[0]] if scheme else []
    return start + [part for part in rest.split("/") if part not in ("", ".")]


def is_absolute(name: str) -> bool:
    """Return whether a name begins at the root of a disk, or is an address."""
    return name.startswith(("/", "\\")) or bool(_SCHEME.match(name.replace("\\", "/")))


def loose(parts: Sequence[str], cut: bool) -> tuple[str, ...]:
    """Return the parts of a path for comparison, in lower case and NFC; `cut` takes the suffix off the last."""
    plain = [unicodedata.normalize("NFC", part).casefold() for part in parts]
    return (*plain[:-1], plain[-1].rpartition(".")[0] if cut else plain[-1])


def differences(name: str, image_id: str) -> Iterator[str]:
    """Yield in words how a name differs from the image_id that it is taken for."""
    parts, there = parts_of(name), unicodedata.normalize("NFC", image_id).split("/")
    if "\\" in name:
        yield "backslashes"
    if unicodedata.normalize("NFC", name) != name or not unicodedata.is_normalized("NFC", image_id):
        yield "accents"
    if parts[-1] != there[-1] and "%" in "/".join(parts):
        parts = parts_of(unquote(name))
        yield "% signs"
    if len(parts) != len(there):
        yield "folders"
    ends = list(zip(reversed(parts), reversed(there), strict=False))
    stems = [(_stem(*ends[0]), _stem(*reversed(ends[0]))), *ends[1:]]
    if stems[0] != ends[0]:
        yield "suffixes"
    if any(one != other and one.casefold() == other.casefold() for one, other in stems):
        yield "case"


def _stem(file: str, other: str) -> str:
    """Return a file name without its suffix where the other name has another suffix or none."""
    if file.casefold() == other.casefold():
        return file
    stem = file.rpartition(".")[0]
    return stem if stem and other.casefold().startswith(stem.casefold()) else file
