"""Image files in class folders: names that are safe on every system, distinct, and the same each time."""

import errno
import hashlib
import os
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from curation.datasets.split_words import split_of
from curation.images.unchanged import file_sha256
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.processors.threads import cores, in_order

# Windows names its devices so, with any suffix (learn.microsoft.com, "Naming files, paths, and namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_UNSAFE = frozenset('<>:"/\\|?*%')
_LONGEST = 200  # bytes of a name; file systems take 255, and a suffix may be added


def safe_name(name: str) -> str:
    """Return a name that may be a file or folder on every system; different names stay different.

    Unsafe characters become %XX for each of their UTF-8 bytes, as in web addresses: slashes and other separators, `%`
    itself, characters that do not print, a dot or blank at the beginning or end, and the first letter of a device's
    name.
    """
    ends = {0, len(name) - 1}
    shown = [
        _percent(letter)
        if letter in _UNSAFE or not letter.isprintable() or (i in ends and letter in ". ") or (i == 0 and _device(name))
        else letter
        for i, letter in enumerate(name)
    ]
    safe = "".join(shown)
    if len(safe.encode()) <= _LONGEST:
        return safe or "%"
    suffix = PurePosixPath(safe).suffix[:16]
    return f"{_cut(safe, _LONGEST - 20 - len(suffix.encode()))}-{_digest(name)}{suffix}"


def class_folders(classes: Sequence[str]) -> dict[str, str]:
    """Return class -> the name of its folder: safe, and another one for each class on disks that are blind to case.

    Of class names that such a disk takes for one, as `cat` and `Cat`, all but the first get a suffix.
    """
    folders: dict[str, str] = {}
    taken: set[str] = set()
    for name in classes:
        folder = safe_name(name)
        if _same(folder) in taken:
            folder = f"{folder}-{_digest(name)[:8]}"
        taken.add(_same(folder))
        folders[name] = folder
    return folders


def below_class(image_id: str, label: str, renamed: Collection[str] = ()) -> tuple[str, ...]:
    """Return the folders between the class folder of an image and its file, each safe; of a table, all but a split.

    Args:
        image_id: POSIX path.
        label: as given.
        renamed: further names of its class folder.
    """
    folders = PurePosixPath(image_id).parts[:-1]
    names = {unicodedata.normalize("NFC", name) for name in (label, *renamed)}
    for place, folder in enumerate(folders):
        if unicodedata.normalize("NFC", folder) in names:
            return tuple(map(safe_name, folders[place + 1 :]))
    rest = folders[1:] if folders and split_of(folders[0]) else folders
    return tuple(map(safe_name, rest))


def targets(wanted: Sequence[tuple[str, str]], keys: Sequence[str]) -> list[str]:
    """Return the place of each file: FOLDER/NAME, with a suffix where several files want the same place.

    Args:
        wanted: folder, POSIX and safe, and the name a file has now, N.
        keys: unique names, N; the suffix is a digest of them, so that a place depends on no other file.
    """
    plain = [f"{folder}/{safe_name(name)}" for folder, name in wanted]
    count = Counter(map(_same, plain))
    taken: set[str] = {_same(path) for path in plain if count[_same(path)] == 1}
    places = []
    for path, key in zip(plain, keys, strict=True):
        shared = count[_same(path)] > 1
        places.append(_distinct(PurePosixPath(path), key, taken) if shared else path)
    return places


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _hardlink(source: Path, target: Path) -> None:
    target.hardlink_to(source.resolve())


def _symlink(source: Path, target: Path) -> None:
    target.symlink_to(source.resolve())


FILES = {"copy": _copy, "hardlink": _hardlink, "symlink": _symlink}


def put(
    folder: Path, sources: Sequence[Path], places: Sequence[str], how: str, progress: Progress | None = None
) -> None:
    """Copy or link files into a folder.

    Args:
        folder: empty.
        sources: N files.
        places: paths in the folder, POSIX, N.
        how: of FILES.
        progress: told (files done, N).

    Raises:
        ErrataError: a place lies outside the folder, or files cannot be linked there.
        OSError: the disk is full, a file cannot be read.
    """
    root = os.path.realpath(folder)
    for place in places:
        inside = os.path.normpath(os.path.join(root, place))  # noqa: PTH118 - strings, for speed
        if not inside.startswith(root + os.sep):
            raise ErrataError(f"{place!r} lies outside {folder}; rename that file or class")
    for parent in {PurePosixPath(place).parent for place in places}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    place_file = FILES[how]
    pairs = zip(sources, places, strict=True)
    try:
        for done, _ in enumerate(in_order(lambda pair: place_file(pair[0], folder / pair[1]), pairs, cores()), 1):
            if progress:
                progress(done, len(places))
    except OSError as error:
        if error.errno in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP) and how != "copy":
            raise ErrataError(f"cannot {how} files into {folder} ({error.strerror}); use --files copy") from error
        raise


def checked_files(how: str, ways: Collection[str] = FILES) -> str:
    """Return the way to place files.

    Raises:
        ErrataError: it is not one of the ways.
    """
    if how not in ways:
        raise unknown("way to place files", how, ways)
    return how


def verify(folder: Path, places: Sequence[str], sha256s: Sequence[str]) -> None:
    """Raise unless each file, read back from the disk, has its hash.

    Raises:
        ErrataError: with the first file that has another one.
    """
    written = in_order(file_sha256, (folder / place for place in places), cores())
    for place, expected, sha256 in zip(places, sha256s, written, strict=True):
        if sha256 != expected:
            raise ErrataError(f"{place} was not written as it was read; nothing was kept: check the disk, try again")


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))


def _device(name: str) -> bool:
    return _DEVICE.match(name) is not None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore").rstrip("% .")


def _same(path: str) -> str:
    """Return a key that is equal for two paths that some file system takes for one."""
    return unicodedata.normalize("NFC", path).casefold()


def _distinct(path: PurePosixPath, key: str, taken: set[str]) -> str:
    digest = _digest(key)
    for length in range(8, len(digest) + 1):
        place = str(path.with_name(f"{path.stem}-{digest[:length]}{path.suffix}"))
        if _same(place) not in taken:
            taken.add(_same(place))
            return place
    raise ErrataError(f"no free name for {key!r} beside {path}; rename that file")
