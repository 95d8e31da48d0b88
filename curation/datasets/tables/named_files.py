"""The files that a table means: as written, or in another spelling where exactly one file can be meant."""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from curation.datasets.folders.left_out import is_left_out_file, is_left_out_folder
from curation.datasets.split_words import split_of
from curation.datasets.tables.image_names import is_image_name
from curation.words import counted, first_few
from models.errors import ErrataError

_split_of = lru_cache(maxsize=10_000)(split_of)  # the same folders stand in all paths
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*://|[A-Za-z]:(?=/)")  # gs://, file://, C:


class Written(NamedTuple):
    """A path as a table has it."""

    where: str  # the line, for messages
    path: str
    split: str = ""  # of the line; "" where the table says none


class _Spelling(NamedTuple):
    """A file of the folder, for comparison."""

    image_id: str
    parts: tuple[str, ...]  # of the path in lower case, the last without suffix


def find_files(table: Path, root: Path, written: Sequence[Written]) -> tuple[list[str], str]:
    """Return the image_id of each path of a table, and a sentence where files were found by another spelling.

    A path that is there is taken as it stands. Of the others backslashes, upper and lower case, Unicode's two forms of
    an accent, `%20`, and another or no suffix do not count; the folders in which the image lies may be missing; and
    where no path of the table is there, neither do leading folders that all of them have in common. Exactly one file
    has to fit, and not a file in the folder of another split.

    Args:
        table: for messages.
        root: the folder of the images; no path leads out of it.
        written: the paths.

    Raises:
        ErrataError: a path or link leads out of the folder, or no file or several files fit a path.
    """
    folder, real = str(root), os.path.realpath(root)
    kept = [_inside(folder, each.path) for each in written]
    folders: dict[str, bool] = {}  # folder -> whether it lies in the root; each folder is resolved only once
    absent = [line for line, image_id in enumerate(kept) if image_id is None or not _is_there(real, image_id)]
    found: dict[int, str] = {}
    if absent:
        found = _other_spellings(root, written, kept, absent)
        _refuse_missing(table, root, written, kept, [line for line in absent if line not in found])
    image_ids = [found.get(line, image_id or "") for line, image_id in enumerate(kept)]
    for image_id in image_ids:
        _check_link(table, root, real, image_id, folders)
    if not found:
        return image_ids, ""
    first, spelt = absent[0], {line: written[line].path for line in found}
    number = counted(len(found), "path")
    verb, meant = ("is", "the only file that fits") if len(found) == 1 else ("are", "the only files that fit")
    how = {word for line, path in spelt.items() for word in _differences(path, found[line])}
    return image_ids, (
        f"{number} of {table.name} {verb} spelt otherwise than in the folder ({', '.join(sorted(how))}) and taken for "
        f"{meant}: {spelt[first]} for {found[first]}"
    )


def _differences(path: str, image_id: str) -> Iterator[str]:
    """Yield in words how a path of a table differs from the file that it was taken for."""
    if "\\" in path:
        yield "backslashes"
    parts = _parts(path)
    if len(parts) != image_id.count("/") + 1:
        yield "folders"
    name, file = parts[-1], unicodedata.normalize("NFC", image_id.rpartition("/")[2])
    if "%" in name and name != file:
        name = unquote(name)
        yield "% signs"
    if unicodedata.normalize("NFC", path) != path or not unicodedata.is_normalized("NFC", image_id):
        yield "accents"
    if not file.casefold().startswith(name.rpartition(".")[0].casefold() or name.casefold()):
        return
    if name.rpartition(".")[2].casefold() != file.rpartition(".")[2].casefold():
        yield "suffixes"
    elif "/".join(parts)[-len(image_id) :] not in unicodedata.normalize("NFC", unquote(image_id)):
        yield "case"


def _inside(root: str, given: str) -> str | None:
    """Return a path of the table relative to the folder of the images; None where it leads out of it."""
    inside = ".." if "\0" in given else os.path.normpath(given)  # normpath of Python 3.11 stops at a NUL
    if os.path.isabs(inside):  # noqa: PTH117 - strings, for speed
        inside = os.path.relpath(inside, root)
        if inside.startswith(".."):  # `given` or `root` may go through a link
            folder, name = os.path.split(given)
            inside = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))  # noqa: PTH118
    return None if inside.split(os.sep, 1)[0] in ("..", ".") else inside.replace(os.sep, "/")


def _is_there(real: str, image_id: str) -> bool:
    return os.path.isfile(f"{real}/{image_id}")  # noqa: PTH113 - strings, for speed


def _other_spellings(
    root: Path, written: Sequence[Written], kept: Sequence[str | None], absent: Sequence[int]
) -> dict[int, str]:
    """Return line -> image_id of the lines whose file goes by another spelling."""
    parts = [_parts(each.path) for each in written]
    plain = [_parts(unquote(each.path)) for each in written]
    may_drop = len(absent) == len(written)
    dropped, dropped_plain = (_common_folders(each) if may_drop else 0 for each in (parts, plain))
    files = _files_by_name(root)
    taken = {image_id for line, image_id in enumerate(kept) if image_id} - {kept[line] for line in absent}
    found: dict[int, str] = {}
    for line in absent:
        leads_out = "\0" in written[line].path or (".." in parts[line] and (root / written[line].path).exists())
        image_id = None if leads_out else _only_file(files, written[line], parts[line], dropped)
        if image_id is None and not leads_out and plain[line] != parts[line]:
            image_id = _only_file(files, written[line], plain[line], dropped_plain)
        if image_id is not None:
            found[line] = image_id
    targets = list(found.values())
    doubles = {image_id for image_id in targets if image_id in taken}
    spelt: dict[str, set[tuple[str, ...]]] = {}
    for line, image_id in found.items():
        spelt.setdefault(image_id, set()).add(tuple(part.casefold() for part in parts[line]))
    doubles |= {image_id for image_id, spellings in spelt.items() if len(spellings) > 1}
    return {line: image_id for line, image_id in found.items() if image_id not in doubles}


def _parts(path: str) -> list[str]:
    """Return the folders of a path and its name, whatever separates them: ['C:', 'set', 'a.jpg']."""
    plain = unicodedata.normalize("NFC", path.replace("\\", "/"))
    scheme = _SCHEME.match(plain)
    rest = plain[scheme.end() :] if scheme else plain
    if scheme and "://" in scheme[0]:
        rest = rest.partition("?")[0]
    start = [scheme[0]] if scheme else []
    return start + [part for part in rest.split("/") if part not in ("", ".")]


def _common_folders(paths: Sequence[Sequence[str]]) -> int:
    """Return how many leading folders all paths have in common; of a single path, all."""
    first, last = min(map(tuple, paths)), max(map(tuple, paths))
    common = 0
    for one, other in zip(first[:-1], last[:-1], strict=False):
        if one != other:
            break
        common += 1
    return common


def _files_by_name(root: Path) -> dict[str, list[_Spelling]]:
    """Return the names of files, in lower case and without suffix -> the images of that name."""
    files: dict[str, list[_Spelling]] = {}
    start = len(str(root).rstrip("/")) + 1
    for folder, folders, names in os.walk(root):  # links to folders are not followed
        folders[:] = [name for name in folders if not is_left_out_folder(name)]
        inside = folder[start:].replace(os.sep, "/")
        for name in names:
            if not is_left_out_file(name) and is_image_name(name):
                image_id = f"{inside}/{name}" if inside else name
                spelling = _Spelling(image_id, _loose(image_id.split("/"), True))
                files.setdefault(spelling.parts[-1], []).append(spelling)
    return files


def _loose(parts: Sequence[str], cut: bool) -> tuple[str, ...]:
    loose = [unicodedata.normalize("NFC", part).casefold() for part in parts]
    return (*loose[:-1], loose[-1].rpartition(".")[0] if cut else loose[-1])


def _only_file(files: dict[str, list[_Spelling]], written: Written, parts: Sequence[str], dropped: int) -> str | None:
    """Return the only file that a path can mean, None where none or several fit."""
    absolute = written.path.startswith(("/", "\\")) or bool(_SCHEME.match(written.path.replace("\\", "/")))
    for start in range(dropped + 1):
        end = parts[start:]
        fitting = [file for file in _fitting(files, end) if _same_split(file, end, parts[:start], written.split)]
        if start and not absolute:  # `images/a.jpg` is not `other/a.jpg`
            fitting = [file for file in fitting if len(file.parts) == len(end)]
        if fitting:
            return _closest(fitting, end)
    return None


def _fitting(files: dict[str, list[_Spelling]], parts: Sequence[str]) -> list[_Spelling]:
    """Return the files whose path ends as the given one, in lower case and without suffix."""
    if not parts:
        return []
    fitting: list[_Spelling] = []
    for cut in {is_image_name(parts[-1]), False}:
        wanted = _loose(parts, cut)
        fitting += [file for file in files.get(wanted[-1], ()) if file.parts[-len(wanted) :] == wanted]
    return fitting


def _same_split(file: _Spelling, end: Sequence[str], dropped: Sequence[str], split: str) -> bool:
    """Return whether the folders that a path does not name are not those of another split than it says."""
    said = {split} | {_split_of(part) for part in dropped} - {None}
    added = {_split_of(part) for part in file.image_id.split("/")[: -len(end)]} - {None}
    return not (said - {""} and added) or added <= said


def _closest(fitting: Sequence[_Spelling], parts: Sequence[str]) -> str | None:
    """Return the file that is spelt most nearly as the path, None where another may be meant as well."""
    wanted = "/".join(parts)

    def distance(file: _Spelling) -> tuple[int, int]:
        spelt = unicodedata.normalize("NFC", "/".join(file.image_id.split("/")[-len(parts) :]))
        spelling = 0 if spelt == wanted else 1 if spelt.casefold() == wanted.casefold() else 2
        return len(file.parts) - len(parts), spelling

    (best, image_id), *others = sorted((distance(file), file.image_id) for file in fitting)
    whole = best[0] == 0  # the path names all folders
    rival = any(each[1] < best[1] or each == best or (each[1] == best[1] and not whole) for each, _ in others)
    return None if rival else image_id


def _refuse_missing(
    table: Path, root: Path, written: Sequence[Written], kept: Sequence[str | None], missing: Sequence[int]
) -> None:
    for line in missing:
        if kept[line] is None:
            where, given, _ = written[line]
            raise ErrataError(f"{where}: {given!r} is not in the folder {root}; move the image or the CSV")
    if missing:
        names = list(dict.fromkeys(kept[line] or "" for line in missing))
        there = sorted(file.image_id for files in _files_by_name(root).values() for file in files)
        hint = f" (the folder holds {there[0]})" if there else ""
        count = counted(len(missing), "file")
        put = (
            "is missing ({}); put it there or remove its line"
            if len(missing) == 1
            else ("are missing ({}); put them there or remove their lines")
        )
        raise ErrataError(f"{count} named in {table} {put.format(first_few(names))}{hint}")


def _check_link(table: Path, root: Path, real: str, image_id: str, folders: dict[str, bool]) -> None:
    """Refuse a file that is a link out of the folder of the images."""
    folder, _, name = f"{real}/{image_id}".rpartition("/")
    if folder not in folders:
        folders[folder] = _lies_in(folder, real)
    file = f"{folder}/{name}"
    if not folders[folder] or (os.path.islink(file) and not _lies_in(file, real)):  # noqa: PTH114 - as above
        raise ErrataError(f"{table}: {image_id!r} is a link out of {root}; copy the image there")


def _lies_in(path: str, root: str) -> bool:
    """Return whether the path, links resolved, lies in the resolved root."""
    return Path(os.path.realpath(path)).is_relative_to(root)
