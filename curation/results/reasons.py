"""Why a label is suspicious, in a sentence: which voters are for which class."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.findings import JUDGE, NEIGHBOURS
from curation.scoring.kinds import NAMES
from curation.words import visible
from models.arrays import IntArray

SLOW = 0.3  # area under the margin, in [0, 1]; 0.5 = a tie on average
_TITLES = {JUDGE: "all features together", NEIGHBOURS: "the nearest images"}


def against(audit: Audit) -> IntArray:
    """Return how many voters are for another class than the given label, shape (N,)."""
    return np.asarray((audit.findings.votes != audit.rows.labels).sum(0), np.int64)


def reasons(audit: Audit, rows: Iterable[int]) -> list[str]:
    """Return for each of the rows why its label is suspicious, and which voters are for it."""
    conflicting = audit.duplicates.conflicting(audit.rows.labels)
    classes = [visible(name) for name in audit.rows.classes]
    return [_reason(audit, row, bool(conflicting[row]), classes) for row in rows]


def _reason(audit: Audit, row: int, conflicting: bool, classes: Sequence[str]) -> str:
    findings, label = audit.findings, int(audit.rows.labels[row])
    votes = findings.votes[:, row].tolist()

    def voters(vote: int) -> str:
        return ", ".join(_voter(audit, place, row) for place, cast in enumerate(votes) if cast == vote)

    opposing = Counter(vote for vote in votes if vote != label)
    parts = [f"{classes[vote]}: {voters(vote)}" for vote, _ in opposing.most_common()]
    supporters = voters(label)
    parts.append(f"{classes[label]}, as given: {supporters}" if supporters else f"nobody says {classes[label]}")
    if findings.unjudged is not None and findings.unjudged[row]:
        parts.insert(0, f"too few images of {classes[label]} to judge")
    parts += [f"learned late ({voter.name})" for voter in audit.voters if _learned_late(voter, row)]
    if conflicting:
        parts.insert(0, "a copy carries another label")
    if findings.kinds.out_of_scope[row] >= NAMES["out_of_scope"][1]:
        parts.insert(0, "like none of the classes")
    return "; ".join(parts)


def _learned_late(voter: ArchitectureResult, row: int) -> bool:
    """Return whether another label led for most of the training; networks learn wrong labels last."""
    return voter.margin_quality is not None and bool(voter.margin_quality[row] < SLOW)


def _voter(audit: Audit, place: int, row: int) -> str:
    """Return a voter and how sure it is, in words."""
    name = audit.findings.voters[place]
    return f"{_TITLES.get(name, name)} {audit.findings.sure[place, row]:.0%}"
