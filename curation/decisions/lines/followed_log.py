"""The verdicts of a decision log, followed as it grows: only its new lines are read."""

import threading
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, datetime

from curation.decisions.append_only import torn_file
from curation.decisions.decision import Entry, orders
from curation.decisions.log import CLOCKS_DIFFER, START, DecisionLog, LogWriter, Page
from curation.decisions.state import State, replay
from curation.decisions.today import Today
from curation.images.checked_rows import CheckedRows
from curation.words import utc_text
from models.errors import ErrataError
from models.processors.collector import collector_paused

Moment = int | datetime  # a line number of the log, or a time with its zone


def check_readable(problems: Sequence[str], consequence: str) -> None:
    """Raise if a line of a log cannot be read: what is computed from all decisions would lose it without a word.

    Args:
        problems: a sentence for each such line.
        consequence: for the message, as "no version was made".

    Raises:
        ErrataError: the first such line, why it cannot be read, and what to do.
    """
    if problems:
        lines = "one such line" if len(problems) == 1 else f"{len(problems):,} such lines"
        raise ErrataError(f"{problems[0]}; {consequence} ({lines}): mend the line or move it to another file")


class FollowedLog:
    """The decisions on one data set as they are read; threads may share it while other processes decide."""

    def __init__(self, log: DecisionLog, images: CheckedRows):
        """Start at the first line; the log is read when it is first needed, and after that only its new lines.

        Args:
            log: of the data set.
            images: as the audit read them.
        """
        self.log, self.rows = log, images.rows
        self._today = today_of(images)
        self._image_ids: list[str] = images.rows.image_ids.tolist()
        self._sha256s: list[str] = images.sha256s.tolist()
        self._contents = frozenset(self._sha256s)
        self._row = {image_id: row for row, image_id in enumerate(self._image_ids)}
        self._lock = threading.RLock()
        self._state, self._end = self.replay([]), START
        self._last = ("", 0, "")  # sort key of the last entry that counts
        self._entries: list[tuple[int, Entry]] = []
        self._problems: list[str] = []

    @property
    def contents(self) -> Set[str]:
        """The SHA-256 of the images' files."""
        return self._contents

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that decisions may name."""
        return self.rows.classes

    @contextmanager
    def reading(self) -> Iterator[State]:
        """Yield the verdicts in force; other threads decide once this ends.

        Raises:
            ErrataError: the log cannot be read.
        """
        with self._lock:
            self._catch_up(self.log)
            yield self._state

    def at(self, moment: Moment) -> State:
        """Return the verdicts in force after a line of the log, or at a time.

        Raises:
            ErrataError: the log has no such line, or cannot be read.
        """
        return self.replay([entry for _, entry in self.entries(moment)])

    def entries(self, moment: Moment | None = None) -> list[tuple[int, Entry]]:
        """Return the lines of the log that can be read, each with its number; up to a line or time where one is given.

        Lines that were read before are not read again.

        Raises:
            ErrataError: the log has no such line, or cannot be read.
        """
        with self._lock:
            self._catch_up(self.log)
            entries, last = self._entries, self._end.line
            if moment is None:
                return list(entries)
        if isinstance(moment, int):
            if not 0 <= moment <= last:
                raise ErrataError(f"{self.log.path} has {last} lines; there is no line {moment}")
            return [(line, entry) for line, entry in entries if line <= moment]
        latest = utc_text(moment)
        return [(line, entry) for line, entry in entries if entry.time <= latest]

    def replay(self, entries: Sequence[Entry]) -> State:
        """Return the state after these entries, each image found again by its content where it was moved."""
        return replay(entries, self._image_ids, self._sha256s, self._today)

    def problems(self) -> list[str]:
        """Return a sentence for each line of the log that cannot be read, is torn or of the future."""
        with self._lock:
            torn = self._catch_up(self.log).torn
            aside = self.log.set_aside()
            kept = f"torn lines of {self.log.path} that are kept beside it in {torn_file(self.log.path).name}: {aside}"
            ahead = self._ahead()
            return [*self._problems, *([torn] if torn else []), *([kept] if aside else []), *([ahead] if ahead else [])]

    def _ahead(self) -> str:
        """Return that a line is dated in the future, as by a clock that was wrong; empty where none is."""
        latest = utc_text(datetime.now(UTC) + CLOCKS_DIFFER)
        if self._last[0] <= latest:
            return ""
        line, time = next((line, entry.time) for line, entry in self._entries if entry.time > latest)
        return (
            f"{self.log.path}, line {line}: it is dated {time}, in the future: the clock was wrong; "
            "the lines after it get that time too, so that they count after it"
        )

    def unreadable(self) -> list[str]:
        """Return a sentence for each line of the log that cannot be read."""
        with self._lock:
            self._catch_up(self.log)
            return list(self._problems)

    def read_so_far(self) -> tuple[int, list[str]]:
        """Return how many lines make the state that `reading` yielded last, and a sentence for each unreadable one."""
        with self._lock:
            return self._end.line, list(self._problems)

    def lines(self) -> int:
        """Return how many lines the log has: the moment to write down for `at`."""
        with self._lock:
            self._catch_up(self.log)
            return self._end.line

    def _catch_up(self, log: DecisionLog | LogWriter) -> Page:
        """Let the lines count that are new since the last time, and return them; all lines where that is needed."""
        with collector_paused():
            page = log.read(self._end)
            new = [entry for _, entry in page.entries]
            keys = [self._last, *orders(new)]
            if not page.follows or keys != sorted(keys):  # another file, or a merged log
                page = log.read(START)
                new = [entry for _, entry in page.entries]
                self._state, keys = self.replay(new), [("", 0, ""), *orders(new)]
                self._entries, self._problems = [], []
            else:
                for entry in new:
                    self._state.apply(entry)
        self._entries += page.entries
        self._problems += page.problems
        self._last = max(keys)
        self._end = page.end
        return page


def today_of(images: CheckedRows) -> Today:
    """Return the classes and given labels that verdicts are read against."""
    rows = images.rows
    names = (rows.classes[label] for label in rows.labels.tolist())
    label_of = dict(zip(rows.image_ids.tolist(), names, strict=True))
    return Today(label_of, frozenset(rows.classes), dict(rows.merged))
