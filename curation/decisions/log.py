"""The decision log of a data set: JSON lines that are only appended, each on the disk before it counts."""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from curation.decisions.append_only import append_bytes, appending, bytes_from, read_bytes, torn_file
from curation.decisions.decision import Decision, Entry, Reversal, entry_from_dict
from curation.words import utc_text
from models.errors import ErrataError
from models.processors.collector import collector_paused

_TAIL_BYTES = 65_536  # of the end of a log: more than the longest line
CLOCKS_DIFFER = timedelta(days=1)  # at most, between two computers
_AT_ONCE = 131_072  # bytes of lines that are parsed together
AnyEntry = TypeVar("AnyEntry", Decision, Reversal, Entry)


@dataclass(frozen=True)
class Position:
    """Between two lines of the log."""

    offset: int = 0  # bytes
    line: int = 0  # lines before it


START = Position()


@dataclass(frozen=True)
class Page:
    """Some lines of the log as entries."""

    entries: tuple[tuple[int, Entry], ...]  # line number, from 1, and its entry
    problems: tuple[str, ...]  # a sentence for each line that cannot be read: damaged, of a newer schema
    torn: str  # a sentence where the last line has no line end, as after a crash; else empty
    end: Position  # after the last whole line
    follows: bool = True  # the position was at the end of a line; False: this is another file, nothing was read


@dataclass(frozen=True)
class DecisionLog:
    """The log in a file, which need not exist yet."""

    path: Path

    @contextmanager
    def writing(self) -> Iterator["LogWriter"]:
        """Hold the log and yield its writer; before that, what a crash left of a last line is moved to NAME.torn.

        Raises:
            ErrataError: the file cannot be written, the disk is full (then the log is as it was), or another process
                does not let go of it.
        """
        with appending(self.path, _is_whole) as descriptor:
            yield LogWriter(self.path, descriptor)

    def append(self, entry: AnyEntry) -> AnyEntry:
        """Append one entry; return it with its id, number and time once it is on the disk.

        Raises:
            ErrataError: as `writing` and `LogWriter.append`.
        """
        with self.writing() as writer:
            return writer.append([entry])[0]

    def read(self, after: Position = START) -> Page:
        """Return the entries after a position; nothing where there is no log.

        Raises:
            ErrataError: the file cannot be read.
        """
        return _page(self.path, read_bytes(self.path, max(0, after.offset - 1)), after)

    def first(self, lines: int) -> Page:
        """Return the entries of the first lines.

        Raises:
            ErrataError: the log has fewer lines.
        """
        return _page(self.path, self._first_bytes(lines), START)

    def sha256(self, lines: int) -> str:
        """Return the SHA-256 of the first lines, 64 hex digits; it never changes, for lines are only appended.

        Raises:
            ErrataError: the log has fewer lines.
        """
        return hashlib.sha256(self._first_bytes(lines)).hexdigest()

    def contents(self) -> set[str]:
        """Return the SHA-256 of all images that decisions are about, without reading all else that lines say."""
        return {sha256.decode() for sha256 in re.findall(rb'"sha256":\s*"([0-9a-f]{64})"', read_bytes(self.path))}

    def set_aside(self) -> int:
        """Return how many torn lines are kept in NAME.torn."""
        torn = torn_file(self.path)
        return torn.read_bytes().count(b"\n") if torn.exists() else 0

    def _first_bytes(self, lines: int) -> bytes:
        data = read_bytes(self.path)
        whole = data.count(b"\n")
        if not 0 <= lines <= whole:
            raise ErrataError(f"{self.path} has {whole} lines; there is no line {lines}")
        end = data.rfind(b"\n") + 1
        for _ in range(whole - lines):  # few: lines that were written meanwhile
            end = data.rfind(b"\n", 0, end - 1) + 1
        return data[:end]


class LogWriter:
    """Appends to the log while it holds the lock; `DecisionLog.writing` yields it."""

    def __init__(self, path: Path, descriptor: int):
        self._path, self._descriptor = path, descriptor

    def read(self, after: Position = START) -> Page:
        """Return the entries after a position; nobody else writes meanwhile."""
        return _page(self._path, bytes_from(self._descriptor, max(0, after.offset - 1)), after)

    def append(self, entries: Iterable[AnyEntry]) -> list[AnyEntry]:
        """Append new entries, each with an id, a number and the time; return them once they are on the disk.

        Raises:
            ErrataError: an entry lacks something, as the SHA-256 of its image: its line could not be read again.
            OSError: the disk is full or fails; the log is as it was.
        """
        last_time, last = _last(self._descriptor)
        now = max(utc_text(datetime.now(UTC)), last_time)  # also where the clock was put back
        stamped = [
            replace(entry, id=secrets.token_hex(8), sequence=last + number, time=now)
            for number, entry in enumerate(entries, 1)
        ]
        self.copy(stamped)
        return stamped

    def copy(self, entries: Iterable[Entry]) -> None:
        """Append entries of another log as they are.

        Raises:
            ErrataError, OSError: as `append`.
        """
        append_bytes(self._descriptor, b"".join(_line(entry) for entry in entries))


def parse_line(line: bytes, classes: Collection[str] | None = None) -> Entry:
    """Return the entry of a line of a log.

    Args:
        line: without its end.
        classes: that decisions may name; any where None.

    Raises:
        ErrataError: it cannot be read; the sentence says why.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):  # no UTF-8 either, or lists in lists by the thousand
        values = None
    if not isinstance(values, dict):
        raise ErrataError("it is damaged: no JSON object")
    return entry_from_dict(values, classes)


def _line(entry: Entry) -> bytes:
    values = entry.to_dict()
    entry_from_dict(values)  # raises where the line could not be read again
    text = json.dumps(values, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def _page(path: Path, data: bytes, after: Position) -> Page:
    """Return the entries of lines; `data` begins with the line end before them, except at the start of the log."""
    if after.offset and data[:1] != b"\n":
        return Page((), (), "", after, follows=False)
    from curation.decisions.lines.together import entries_of  # who only writes needs no pydantic

    start, whole = int(after.offset > 0), data.rfind(b"\n") + 1
    entries: list[tuple[int, Entry]] = []
    problems: list[str] = []
    number = after.line
    with collector_paused():
        for lines in _blocks(data, start, whole):
            together = entries_of(lines)
            if together is not None:
                entries += enumerate(together, number + 1)
                number += len(together)
                continue
            for line in lines.split(b"\n")[:-1]:
                number += 1
                try:
                    entries.append((number, parse_line(line)))
                except ErrataError as error:
                    problems.append(f"{path}, line {number}: {error}")
    where = f"{path}, line {number + 1}"
    torn = f"{where}: it has no end, as after a crash; the next decision repairs that" if whole < len(data) else ""
    return Page(tuple(entries), tuple(problems), torn, Position(after.offset - start + max(start, whole), number))


def _blocks(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines between two places, many at a time, with their ends."""
    while start < end:
        stop = data.find(b"\n", min(start + _AT_ONCE, end - 1)) + 1
        yield data[start:stop]
        start = stop


def _is_whole(line: bytes) -> bool:
    try:
        parse_line(line)
    except ErrataError:
        return False
    return True


def _last(descriptor: int) -> tuple[str, int]:
    """Return time and number of the last entry that can be read; ("", 0) where there is none."""
    size = os.fstat(descriptor).st_size
    for offset in (max(0, size - _TAIL_BYTES), 0):
        for line in reversed(bytes_from(descriptor, offset).split(b"\n")):
            with suppress(ErrataError):
                entry = parse_line(line)
                return entry.time, entry.sequence
    return "", 0
