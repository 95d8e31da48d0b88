"""How a selective review may favour some contestants: said beside every curated accuracy."""

from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.contestants import Contestant
from curation.comparison.drawn_accuracy import drawn_accuracy
from curation.comparison.looks import Looks, looks_of, ways
from curation.results.audit import Audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError
from models.figures.metrics import wilson_interval


def review_bias(workspace: Workspace, board: Board, audit: Audit | None) -> dict[str, dict[str, Any]]:
    """Return for each curated version how its test labels came about.

    Returns:
        version -> `judged` images of the `n` compared, `ways` they were chosen, share of them judged `blind` (in [0,
        1], None where nobody looked), `fixes`, `unproposed` fixes (by nobody but the reviewer), `disputed`,
        `reviewers`, and `contestants`: name -> `proposed` fixes, `only` (those that no other architecture proposed),
        `without` {`accuracy`, `low`, `high`} where those labels stay as given, and `drawn`, what `drawn_accuracy`
        returns. A version whose decision log is gone has a `problem` alone.
    """
    found: dict[str, dict[str, Any]] = {}
    for version in board.versions:
        if version == ORIGINAL or audit is None:
            continue
        try:
            looks = looks_of(workspace, load_version(workspace, board.dataset, version), audit, board.images)
        except ErrataError as error:
            found[version] = {"problem": str(error)}
        else:
            found[version] = _said(board, version, looks)
    return found


def _said(board: Board, version: str, looks: Looks) -> dict[str, Any]:
    seen = np.array([bool(way) for way in looks.chosen])
    proposed = [bool(names) for names in looks.proposed_by]
    return {
        "n": len(seen),
        "judged": int(seen.sum()),
        "ways": ways(looks),
        "blind": float(looks.blind[seen].mean()) if seen.any() else None,
        "fixes": int(looks.fixed.sum()),
        "unproposed": int((looks.fixed & ~np.array(proposed)).sum()),
        "disputed": looks.disputed,
        "reviewers": list(looks.reviewers),
        "contestants": {
            one.name: _of(board, version, looks, one, rows)
            for one, rows in zip(board.contestants, board.members, strict=True)
        },
    }


def _of(board: Board, version: str, looks: Looks, one: Contestant, rows: list[int]) -> dict[str, Any]:
    families = [frozenset(name.partition("@")[0] for name in names) for names in looks.proposed_by]
    proposed = np.array([bool(names & one.families) for names in families])
    only = np.array([bool(names) and names <= one.families for names in families])
    right, given = board.right(version)[rows], board.predicted[rows] == board.images.rows.labels
    share = float(np.where(only, given, right).mean())
    low, high = wilson_interval(share * right.shape[1], right.shape[1])
    return {
        "proposed": int(proposed.sum()),
        "only": int(only.sum()),
        "without": {"accuracy": share, "low": low, "high": high},
        "drawn": drawn_accuracy(right.mean(0), looks.looked, looks.inclusion)._asdict(),
    }
