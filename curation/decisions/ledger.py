"""The decisions on one data set: checked against its images, written to its log and undone."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from curation.decisions.decision import Decision, Reversal
from curation.decisions.lines.followed_log import FollowedLog, check_readable
from curation.decisions.log import DecisionLog, LogWriter
from curation.images.checked_rows import CheckedRows
from curation.images.unchanged import check_image_unchanged
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audited_labels, check_audited
from models.errors import ErrataError
from models.files.atomic import checked_name


def log_of(workspace: Workspace, name: str) -> DecisionLog:
    """Return the decision log of a data set; its file need not exist yet."""
    return DecisionLog(workspace.decisions / f"{checked_name('data set', name)}.jsonl")


class Ledger(FollowedLog):
    """The decisions on one data set; threads may share it while other processes decide too."""

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
            ErrataError: as `undo`.
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
