"""The lines of a decision log as a table: what a person reads, and what other programs do."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from curation.datasets.rows import SPLITS
from curation.decisions.decision import Decision, Entry, orders
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from curation.words import utc_text
from models.errors import ErrataError, unknown
from models.files.tables import write_csv_for_people


@dataclass(frozen=True)
class LogLine:
    """A line of the log and what has become of it."""

    number: int  # in the file, from 1
    entry: Entry
    decision: Decision | None  # itself, or what it takes back or brings back; None where the log does not hold that
    image_id: str  # today's, else as it was
    split: str  # empty where the data set no longer has the image
    status: str  # in force, replaced, undone, image gone, label changed, class gone; empty for an undo or redo


@dataclass(frozen=True)
class Wanted:
    """Which lines to show; an empty field leaves no line out."""

    reviewer: str = ""
    decision: str = ""
    split: str = ""
    image: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def checked(self) -> "Wanted":
        """Return it.

        Raises:
            ErrataError: an unknown decision or split.
        """
        if self.decision and self.decision not in VERDICTS:
            raise unknown("decision", self.decision, VERDICTS)
        if self.split and self.split not in SPLITS:
            raise unknown("split", self.split, SPLITS)
        return self

    @property
    def is_everything(self) -> bool:
        """Whether no line is left out."""
        return self == Wanted()

    def holds(self, line: LogLine) -> bool:
        """Return whether to show a line; an undo or redo goes with its decision."""
        verdict, time = line.decision.decision if line.decision else "", line.entry.time
        return (
            self.reviewer in ("", line.entry.reviewer)
            and self.decision in ("", verdict)
            and self.split in ("", line.split)
            and (not self.image or self.image in (line.image_id, line.decision.image_id if line.decision else ""))
            and (self.since is None or time >= utc_text(self.since))
            and (self.until is None or time <= utc_text(self.until))
        )


def lines_of(
    entries: Iterable[tuple[int, Entry]], state: State, splits: dict[str, str], newest: int = 0
) -> list[LogLine]:
    """Return the lines, oldest first by their time.

    Args:
        entries: line numbers and entries.
        state: after these entries.
        splits: of each image_id of the data set.
        newest: only so many lines, the last; 0 = all.
    """
    lines, numbered = [], list(entries)
    keys = orders(entry for _, entry in numbered)
    for place in sorted(range(len(keys)), key=keys.__getitem__)[-newest:]:
        number, entry = numbered[place]
        decision = entry if isinstance(entry, Decision) else state.decision(entry.of)
        today = state.image_of(decision) if decision else None
        image_id = today or (decision.image_id if decision else "")
        status = _status(entry, state) if isinstance(entry, Decision) else ""
        lines.append(LogLine(number, entry, decision, image_id, splits.get(today or "", ""), status))
    return lines


def _status(decision: Decision, state: State) -> str:
    if state.undone(decision.id):
        return "undone"
    if state.image_of(decision) is None:
        return "image gone"
    if reason := state.asks(decision.id):
        return reason
    return "in force" if state.in_force(decision.id) else "replaced"


def records(lines: Iterable[LogLine]) -> list[dict[str, Any]]:
    """Return each line as JSON-able values: its entry, number, today's image, split and status."""
    return [
        {
            **line.entry.to_dict(),
            "line": line.number,
            "status": line.status,
            "split": line.split,
            "image_id_now": line.image_id,
        }
        for line in lines
    ]


def write_table(lines: Iterable[LogLine], path: Path) -> None:
    """Write the lines as CSV, a column a field; several classes or architectures are joined by `|`."""
    columns = ["line", "status", "kind", "of", "split", "image_id_now", *(field.name for field in fields(Decision))]
    write_csv_for_people(path, columns, ([_cell(record.get(name)) for name in columns] for record in records(lines)))


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def parse_moment(text: str, *, day_ends: bool = False) -> datetime:
    """Return a time that a person wrote; without a zone it is this computer's.

    Args:
        text: as 2026-01-31, 2026-01-31T12:00 or 2026-01-31T12:00:00+01:00.
        day_ends: a day without a time means its end, not its beginning.

    Raises:
        ErrataError: it is not a time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ErrataError(f"{text!r} is not a time; write it as 2026-01-31 or 2026-01-31T12:00") from None
    if day_ends and len(text) == len("2026-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment
