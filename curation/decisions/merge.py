"""The decision logs of several people as one: no entry twice, no entry lost, in whatever order logs are merged."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from curation.decisions.append_only import read_bytes
from curation.decisions.decision import Entry, in_order
from curation.decisions.log import CLOCKS_DIFFER, DecisionLog, parse_line
from curation.words import utc_text
from models.errors import ErrataError


def merged(logs: Iterable[Sequence[Entry]]) -> list[Entry]:
    """Return the entries of all logs, each once, by time, then sequence.

    Raises:
        ErrataError: two entries of one id differ: a line was edited by hand.
    """
    known: dict[str, Entry] = {}
    for entry in (entry for log in logs for entry in log):
        if known.setdefault(entry.id, entry) != entry:
            raise ErrataError(
                f"two lines have the id {entry.id!r} and say different things; remove the one that was edited"
            )
    return in_order(known.values())


def merge_into(log: DecisionLog, files: Iterable[Path], classes: Collection[str]) -> int:
    """Append to a log what other people decided, all of it or nothing, and return how many lines that were.

    Args:
        log: of the data set.
        files: logs of other people for the same data set.
        classes: of the data set.

    Raises:
        ErrataError: a file cannot be read; a line of it is damaged, of a newer schema, names an unknown verdict or
            class, or is dated in the future (the sentence names file and line); two lines of one id differ.
    """
    latest = utc_text(datetime.now(UTC) + CLOCKS_DIFFER)
    other_logs = [_read(path, classes, latest) for path in files]
    with log.writing() as writer:
        entries = [entry for _, entry in writer.read().entries]
        known = {entry.id for entry in entries}
        new = [entry for entry in merged([entries, *other_logs]) if entry.id not in known]
        writer.copy(new)
    return len(new)


def _read(path: Path, classes: Collection[str], latest: str) -> list[Entry]:
    """Return the entries of a file in which every line can be read; the last line may lack its line end.

    An entry dated later than `latest` is refused: it would come after all that is decided from now on.
    """
    if not path.is_file():
        raise ErrataError(f"no decision log {path}; give the NAME.jsonl of another workspace's decisions folder")
    data = read_bytes(path)
    entries: list[Entry] = []
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n") if data else [], 1):
        try:
            entry = parse_line(line, classes)
            if entry.time > latest:
                raise ErrataError(f"it is dated {entry.time}, in the future: the clock of that computer was wrong")
        except ErrataError as error:
            raise ErrataError(f"{path}, line {number}: {error}; nothing was merged") from error
        entries.append(entry)
    return entries
