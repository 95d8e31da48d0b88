"""How a selective review may favour some contestants; shown beside every curated accuracy."""

from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.contestants import Contestant
from curation.comparison.drawn_accuracy import drawn_accuracy
from curation.comparison.provenance import Provenance, count_ways, read_provenance
from curation.results.audit import Audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError
from models.figures.metrics import wilson_interval
from models.networks.variant_name import architecture_name


def review_bias(workspace: Workspace, board: Board, audit: Audit | None) -> dict[str, dict[str, Any]]:
    """Return how the test labels of each curated version came about.

    Returns:
        version -> `n` images compared, `judged` images, the `ways` they were chosen, the share judged `blind` (in [0,
        1], None where nobody looked), `fixes`, `unproposed` fixes (no architecture proposed them), `disputed`,
        `reviewers`, and `contestants`: name -> `proposed` fixes, `only` (fixes that no other architecture proposed),
        `without` {`accuracy`, `low`, `high`}, where those labels stay as given, and `drawn`, what `drawn_accuracy`
        returns. Where the decision log of a version is gone, it has only a `problem`.
    """
    figures: dict[str, dict[str, Any]] = {}
    for version in board.versions:
        if version == ORIGINAL or audit is None:
            continue
        try:
            provenance = read_provenance(
                workspace, load_version(workspace, board.dataset, version), audit, board.images
            )
        except ErrataError as error:
            figures[version] = {"problem": str(error)}
        else:
            figures[version] = _version_figures(board, version, provenance)
    return figures


def _version_figures(board: Board, version: str, provenance: Provenance) -> dict[str, Any]:
    judged = np.array([bool(way) for way in provenance.chosen])
    proposed = np.array([bool(names) for names in provenance.proposed_by])
    return {
        "n": len(judged),
        "judged": int(judged.sum()),
        "ways": count_ways(provenance),
        "blind": float(provenance.blind[judged].mean()) if judged.any() else None,
        "fixes": int(provenance.fixed.sum()),
        "unproposed": int((provenance.fixed & ~proposed).sum()),
        "disputed": provenance.disputed,
        "reviewers": list(provenance.reviewers),
        "contestants": {
            contestant.name: _contestant_figures(board, version, provenance, contestant, runs)
            for contestant, runs in zip(board.contestants, board.members, strict=True)
        },
    }


def _contestant_figures(
    board: Board, version: str, provenance: Provenance, contestant: Contestant, runs: list[int]
) -> dict[str, Any]:
    families = [frozenset(architecture_name(name) for name in names) for names in provenance.proposed_by]
    proposed = np.array([bool(names & contestant.families) for names in families])
    only = np.array([bool(names) and names <= contestant.families for names in families])
    right, given = board.right(version)[runs], board.predicted[runs] == board.images.rows.labels
    share = float(np.where(only, given, right).mean())
    low, high = wilson_interval(share * right.shape[1], right.shape[1])
    return {
        "proposed": int(proposed.sum()),
        "only": int(only.sum()),
        "without": {"accuracy": share, "low": low, "high": high},
        "drawn": drawn_accuracy(right.mean(0), provenance.looked, provenance.inclusion)._asdict(),
    }
