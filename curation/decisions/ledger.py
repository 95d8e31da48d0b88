"""The decisions on one data set: checked against its images, written to its log, undone and looked up."""

import secrets
import threading
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from curation.decisions.append_only import torn_file
from curation.decisions.decision import Decision, Entry, Reversal, orders
from curation.decisions.log import CLOCKS_DIFFER, START, DecisionLog, LogWriter, Page
from curation.decisions.state import State, replay
from curation.decisions.today import Today
from curation.images.checked_rows import CheckedRows
from curation.images.unchanged import check_image_unchanged
from curation.words import utc_text
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audited_labels, check_audited
from models.errors import ErrataError
from models.files.atomic import checked_name
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


def log_of(workspace: Workspace, name: str) -> DecisionLog:
    """Return the decision log of a data set; its file need not exist yet."""
    return DecisionLog(workspace.decisions / f"{checked_name('data set', name)}.jsonl")


class Ledger:
    """The decisions on one data set; threads may share it while other processes decide too."""

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

    def label_of(self, image_id: str) -> str:
        """Return the given label of an image of the data set."""
        return self._today.label_of[image_id]

    def class_now(self, name: str) -> str:
        """Return the class that a class name means today: another one where classes were merged."""
        return self._today.merged.get(name, name)

    def decide(self, *decisions: Decision) -> list[Decision]:
        """Write decisions to the log, several of them as one batch, and return them as they are there.

        Args:
            decisions: without id, sequence and time, which the log gives; label and sha256 are optional: the audit
                knows them.

        Raises:
            ErrataError: a decision makes no sense (see `Decision.checked`), an image is unknown, gone, or changed since
                the audit, or the log cannot be written: nothing was decided.
        """
        batch = secrets.token_hex(8) if len(decisions) > 1 else ""
        ready = [self._checked(replace(decision, batch=decision.batch or batch)) for decision in decisions]
        with self._writing() as writer:
            written = writer.append(ready)
            self._catch_up(writer)
        return written

    def undo(self, reviewer: str, source: str = "app") -> list[Decision]:
        """Take back the reviewer's latest decision, or batch, and return it; nothing where all is undone.

        Raises:
            ErrataError: the log cannot be written, or a line of it not read: it may be the latest decision.
        """
        return self._reverse("undo", reviewer, source)

    def redo(self, reviewer: str, source: str = "app") -> list[Decision]:
        """Bring back what the reviewer undid last, and return it; nothing where a decision came after the undo.

        Raises:
            ErrataError: the log cannot be written.
        """
        return self._reverse("redo", reviewer, source)

    def take_back(self, decision_id: str, reviewer: str, source: str = "app") -> Decision:
        """Take back any decision of the reviewer, however old, and return it.

        Raises:
            ErrataError: no decision has that id, it is another reviewer's or taken back already, or the log cannot be
                written.
        """
        return self._reverse_one("undo", decision_id, reviewer, source)

    def put_back(self, decision_id: str, reviewer: str, source: str = "app") -> Decision:
        """Bring back any decision of the reviewer that was taken back, to where it was: newer ones still replace it.

        Raises:
            ErrataError: no decision has that id, it is another reviewer's or not taken back, or the log cannot be
                written.
        """
        return self._reverse_one("redo", decision_id, reviewer, source)

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
        line = next(line for line, entry in self._entries if entry.time > latest)
        return (
            f"{self.log.path}, line {line}: it is dated {self._last[0]}, in the future: the clock was wrong; "
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

    def _checked(self, decision: Decision) -> Decision:
        """Return the decision with label and sha256 filled in, if the image is still what was audited."""
        row = self._row.get(decision.image_id)
        if row is None:
            raise ErrataError(f"no image {decision.image_id!r} in this data set; audit it again if it is new")
        label, sha256 = self.classes[self.rows.labels[row]], self._sha256s[row]
        if decision.label not in ("", label) or decision.sha256 not in ("", sha256):
            raise ErrataError(f"the label or content of {decision.image_id!r} differs in the audit; look again")
        check_image_unchanged(self.rows.root / decision.image_id, sha256, decision.image_id)
        return replace(decision, label=label, sha256=sha256).checked(self.classes)

    @contextmanager
    def _writing(self) -> Iterator[LogWriter]:
        """Hold the log; all its lines are counted."""
        with self._lock:
            self._catch_up(self.log)  # the first reading of a long log takes long: other processes may write meanwhile
            with self.log.writing() as writer:
                self._catch_up(writer)
                yield writer

    def _reverse(self, kind: Literal["undo", "redo"], reviewer: str, source: str) -> list[Decision]:
        check_readable(self.unreadable(), f"nothing was {'taken back' if kind == 'undo' else 'brought back'}")
        with self._writing() as writer:
            decisions = self._state.undoable(reviewer) if kind == "undo" else self._state.redoable(reviewer)
            if decisions:
                writer.append([Reversal(kind, decision.id, reviewer, source).checked() for decision in decisions])
                self._catch_up(writer)
        return decisions

    def _reverse_one(self, kind: Literal["undo", "redo"], decision_id: str, reviewer: str, source: str) -> Decision:
        with self._writing() as writer:
            decision, undo = self._state.decision(decision_id), kind == "undo"
            if decision is None:
                raise ErrataError(f"no decision {decision_id!r} in {self.log.path}; `errata decisions` lists them")
            if decision.reviewer != reviewer:
                raise ErrataError(
                    f"that decision on {decision.image_id!r} is {decision.reviewer}'s and not {reviewer}'s; "
                    "nobody undoes another's: decide yourself, or settle it"
                )
            if undo == self._state.undone(decision_id):
                raise ErrataError(
                    f"the decision on {decision.image_id!r} {'is' if undo else 'was not'} taken back"
                    f"{' already' if undo else ', so there is nothing to put back'}"
                )
            writer.append([Reversal(kind, decision_id, reviewer, source).checked()])
            self._catch_up(writer)
        return decision

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


def open_ledger(workspace: Workspace, name: str) -> Ledger:
    """Return the review of an audited data set.

    Raises:
        ErrataError: it was not audited yet, a file of its audit is damaged, or it is the audit of a curated version,
            with other labels than the given ones: decisions on these would be in no version.
    """
    check_audited(workspace, name)
    if (version := audited_labels(workspace, name)) != ORIGINAL:
        base = name.removesuffix(f"-{version}")
        raise ErrataError(
            f"{name!r} is the audit of a curated version; decide on {base!r}: all versions are made from its decisions"
        )
    return Ledger(log_of(workspace, name), CheckedRows.load(audit_folder(workspace, name)))
