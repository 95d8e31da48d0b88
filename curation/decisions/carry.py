"""Decisions of a data set that was moved or renamed, carried to its images where they lie now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.datasets.finding import source_of
from curation.decisions.decision import Decision, Entry, Reversal, in_order
from curation.decisions.ledger import Ledger, log_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name


@dataclass(frozen=True)
class Carriable:
    """What the decision log of another data set says of images that a data set has, and its own log does not."""

    name: str  # of the other data set
    entries: tuple[Entry, ...]  # decisions on these images and their reversals, in order, without those that are here
    images: int  # that they are about, at least one
    elsewhere: int  # images that the other log is about, and this data set does not have

    @property
    def verdicts(self) -> int:
        """How many decisions there are to carry, those replaced or taken back since included."""
        return sum(isinstance(entry, Decision) for entry in self.entries)

    def sentence(self) -> str:
        """Return what could be carried, without a full stop."""
        images = "1 image here is" if self.images == 1 else f"{self.images:,} images here are"
        others = f", as {self.elsewhere:,} are that this data set does not have" if self.elsewhere else ""
        return f"{images} judged in {self.name!r}{others}"


def carriable(workspace: Workspace, name: str, ledger: Ledger) -> list[Carriable]:
    """Return the other data sets of the workspace that hold verdicts on images of this one, most images first.

    Images are recognised by their content, wherever they lie now and whatever they are called.

    Args:
        workspace: holds the decision logs.
        name: of the data set.
        ledger: of it.

    Raises:
        ErrataError: a log cannot be read.
    """
    others = [other for other in _with_decisions(workspace) if other != name]
    known = {entry.id for _, entry in ledger.entries()} if others else set()
    found = (_in_log(workspace, other, ledger, known) for other in others)
    return sorted((each for each in found if each), key=lambda each: (-each.images, each.name))


def carry(workspace: Workspace, name: str, ledger: Ledger, other: str) -> Carriable:
    """Append to the log of a data set what another's says of its images, and return that.

    A line that was carried before is known by its id and not carried again. Lines keep their times and reviewers, so
    that later decisions stay in force.

    Args:
        workspace: holds the decision logs.
        name: of the data set.
        ledger: of it.
        other: the data set to carry from, by its name or the place where its audit read it.

    Raises:
        ErrataError: there are no decisions on such a data set, none of them is on an image of this one, all are here
            already, a line cannot be read, or the log cannot be written: nothing was carried.
    """
    other = _named(workspace, other)
    if other == name:
        raise ErrataError(f"{name!r} has its own decisions already; name the data set that it was before")
    problems = log_of(workspace, other).read().problems
    if problems:
        raise ErrataError(f"{problems[0]}; nothing was carried ({len(problems)} such lines): fix or remove them")
    with ledger.log.writing() as writer:
        known = {entry.id for _, entry in writer.read().entries}
        found = _in_log(workspace, other, ledger, known)
        if found is None:
            raise ErrataError(_nothing(workspace, name, ledger, other))
        writer.copy(found.entries)
    return found


def _in_log(workspace: Workspace, other: str, ledger: Ledger, known: set[str]) -> Carriable | None:
    """Return what a log says of images of the ledger; None where that is nothing, or nothing new."""
    if log_of(workspace, other).contents().isdisjoint(ledger.contents):
        return None
    entries = [entry for _, entry in log_of(workspace, other).read().entries]
    here = {each.id: each.sha256 in ledger.contents for each in entries if isinstance(each, Decision)}
    wanted = [each for each in entries if here.get(each.of if isinstance(each, Reversal) else each.id)]
    new = in_order(each for each in wanted if each.id not in known)
    if not new:
        return None
    images = {each.sha256 for each in wanted if isinstance(each, Decision)}
    judged = {each.sha256 for each in entries if isinstance(each, Decision)}
    return Carriable(other, tuple(new), len(images), len(judged - images))


def _nothing(workspace: Workspace, name: str, ledger: Ledger, other: str) -> str:
    if _in_log(workspace, other, ledger, set()) is None:
        return f"no image of {name!r} was judged in {other!r}: they have no image content in common"
    return f"all that {other!r} says of images of {name!r} is in its decisions already; nothing was carried"


def _with_decisions(workspace: Workspace) -> Sequence[str]:
    return sorted(path.stem for path in workspace.decisions.glob("[!.]*.jsonl"))


def _named(workspace: Workspace, other: str) -> str:
    """Return the name of a data set that has decisions."""
    names = _with_decisions(workspace)
    if other in names:
        return other
    place = str(Path(other).expanduser().resolve())
    for name in names:
        if source_of(workspace, checked_name("data set", name)) in (other, place):
            return name
    raise unknown("data set with decisions", other, names)
