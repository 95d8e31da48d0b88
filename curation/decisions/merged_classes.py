"""A verdict on a whole class: its images are read as those of another class, from now on."""

from collections.abc import Collection, Mapping

from curation.datasets.classes.merges import note_merges, noted_merges
from curation.datasets.opening import audited_name, open_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of
from curation.workspace.folders import Workspace
from models.errors import unknown


def change_merges(workspace: Workspace, dataset: str, added: Mapping[str, str]) -> dict[str, str]:
    """Note that classes are read as others, beside those noted before, and return all of them.

    Args:
        workspace: keeps the note beside the decisions on the data set.
        dataset: its name, path or FiftyOne dataset.
        added: class -> the class that it is read as; nothing takes all noted merges back.

    Raises:
        ErrataError: there is no such data set, a class is read as itself or as one that no image has, or neither an
            image nor a verdict has the class that is read as another; then nothing is noted.
    """
    name = audited_name(dataset, workspace)
    classes = open_dataset(dataset, workspace, seed=0, merges={})[1].classes  # as they are without merges
    known = {*classes, *_named(workspace, name)}
    spelt = {_spelt(each, known): _spelt(now, known) for each, now in added.items()}
    for each in spelt:
        if each not in known:
            raise unknown("class", each, classes)
    merges = {**noted_merges(workspace, name), **spelt} if added else {}
    open_dataset(dataset, workspace, seed=0, merges=merges)  # raises where they make no sense
    note_merges(workspace, name, merges)  # the only write: Ctrl-C or a kill leaves what was noted before, or all
    return merges


def _spelt(name: str, known: Collection[str]) -> str:
    """Return a class name without the blanks around it, unless it is the class that has them: `Cat = cat`."""
    return name if name in known else name.strip()


def _named(workspace: Workspace, name: str) -> set[str]:
    """Return the classes that the verdicts on a data set name, also those that it no longer has."""
    entries = (entry for _, entry in log_of(workspace, name).read().entries)
    verdicts = [entry for entry in entries if isinstance(entry, Decision)]
    return {label for verdict in verdicts for label in (verdict.label, *verdict.new_labels)}
