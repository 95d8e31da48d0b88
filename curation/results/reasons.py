"""Why a label is suspicious, in a sentence: who says what."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.findings import JUDGE, NEIGHBOURS
from curation.scoring.kinds import NAMES
from models.arrays import IntArray

SLOW = 0.3  # area under the margin, in [0, 1]; 0.5 = a tie on average
_SAID = {JUDGE: "all features together", NEIGHBOURS: "the nearest images"}


def against(audit: Audit) -> IntArray:
    """Return how many voters say another class than the given label, shape (N,)."""
    return np.asarray((audit.findings.votes != audit.rows.labels).sum(0), np.int64)


def reasons(audit: Audit, rows: Iterable[int]) -> list[str]:
    """Return for each of some rows why its label is suspicious, or who stands by it."""
    conflicting = audit.duplicates.conflicting(audit.rows.labels)
    return [_reason(audit, row, bool(conflicting[row])) for row in rows]


def _reason(audit: Audit, row: int, conflicting: bool) -> str:
    found, classes, label = audit.findings, audit.rows.classes, int(audit.rows.labels[row])
    votes = found.votes[:, row].tolist()
    others = Counter(vote for vote in votes if vote != label)
    parts = []
    for vote, _ in others.most_common():
        who = [_voice(audit, place, row) for place, own in enumerate(votes) if own == vote]
        parts.append(f"{classes[vote]}: {', '.join(who)}")
    by = [_voice(audit, place, row) for place, own in enumerate(votes) if own == label]
    parts.append(f"{classes[label]}, as given: {', '.join(by)}" if by else f"nobody says {classes[label]}")
    parts += [f"learned late ({one.name})" for one in audit.voters if _slow(one, row)]
    if conflicting:
        parts.insert(0, "a copy carries another label")
    if found.kinds.out_of_scope[row] >= NAMES["out_of_scope"][1]:
        parts.insert(0, "like none of the classes")
    return "; ".join(parts)


def _slow(one: ArchitectureResult, row: int) -> bool:
    """Return whether the label was behind another one for most of its training; networks learn wrong ones last."""
    return one.margin_quality is not None and bool(one.margin_quality[row] < SLOW)


def _voice(audit: Audit, place: int, row: int) -> str:
    name = audit.findings.voters[place]
    return f"{_SAID.get(name, name)} {audit.findings.sure[place, row]:.0%}"
