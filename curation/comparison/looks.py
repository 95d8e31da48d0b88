"""What people looked at before a version was made, how those images were chosen, and who proposed its fixes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison.common_images import CommonImages
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.state import State
from curation.results.audit import Audit
from curation.review.drawn_looks import ORDER_SEED, audit_order, inclusion
from curation.review.queue import population, tally
from curation.versions.store import Version
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, Doubles
from models.errors import ErrataError

DRAWN, SUSPICION, PICKED = "drawn", "by suspicion", "picked"


@dataclass(frozen=True)
class Looks:
    """The verdicts on N test images that a version was made from."""

    looked: BoolArray  # (N,) with a settled verdict
    chosen: tuple[str, ...]  # (N,) DRAWN, SUSPICION, PICKED or empty: how it came to be looked at
    blind: BoolArray  # (N,) all who looked did not know what the models say
    fixed: BoolArray  # (N,) the version has another label, or several, and the given one is not the only right one
    proposed_by: tuple[
        frozenset[str], ...
    ]  # (N,) architectures that said so before the reviewer; empty where not fixed
    inclusion: Doubles  # (N,) probability of having been looked at by now
    reviewers: tuple[str, ...]
    disputed: int  # of the N: reviewers disagree, the label is as given


def looks_of(workspace: Workspace, split: Version, audit: Audit, images: CommonImages) -> Looks:
    """Return what people looked at among the common images, by the lines of the log that a version was made from.

    Args:
        workspace: holds the decision log.
        split: the version.
        audit: of its data set.
        images: N common test images.

    Raises:
        ErrataError: the log is gone, or is not the one that the version was made from.
    """
    state = _state(workspace, split, audit)
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    found = tally(state, row_of, len(audit.rows))
    names = images.rows.image_ids.tolist()
    if gone := [name for name in names if name not in row_of]:
        raise ErrataError(f"image {gone[0]!r} is not in the audit of {split.dataset!r} any more; audit it again")
    places = np.array([row_of[name] for name in names])
    own = images.versions[split.name]
    fixed = own.right.sum(1) != 1
    fixed |= own.labels != images.rows.labels
    verdicts = [list(state.verdicts(name).values()) for name in names]
    in_force = [state.verdict(name) for name in names]
    return Looks(
        found.looked[places],
        tuple(map(_chosen, verdicts)),
        np.array([bool(looks) and all(one.blind for one in looks) for looks in verdicts], np.bool_),
        fixed,
        tuple(
            frozenset(one.proposed_by) if one and changed else frozenset()
            for one, changed in zip(in_force, fixed.tolist(), strict=True)
        ),
        _inclusion(audit, found.looked | found.unsure, found.drawn)[places],
        tuple(sorted({one.reviewer for looks in verdicts for one in looks})),
        int((found.unsure[places]).sum()),
    )


def _state(workspace: Workspace, split: Version, audit: Audit) -> State:
    """Return the verdicts in force when the version was made."""
    about = split.about["decisions"]
    ledger = Ledger(log_of(workspace, split.dataset), audit.checked)
    if ledger.lines() < about["lines"] or ledger.log.sha256(about["lines"]) != about["log_sha256"]:
        raise ErrataError(
            f"{ledger.log.path} is not the decision log that version {split.name!r} was made from; put it back"
        )
    return ledger.at(int(about["lines"]))


def _chosen(looks: Sequence[Decision]) -> str:
    if not looks:
        return ""
    if all(one.drawn for one in looks):
        return DRAWN
    return SUSPICION if any(one.rank is not None or one.queue.endswith("(grid)") for one in looks) else PICKED


def _inclusion(audit: Audit, seen: BoolArray, drawn: BoolArray) -> Doubles:
    """Return the probability with which each test image would have been looked at by now, 1 for other images."""
    quality = audit.consensus.label_quality
    test = audit.rows.splits == "test"
    shares = np.ones(len(test))
    if test.any():
        part = population(quality, audit_order(audit.rows.image_ids, quality, ORDER_SEED), test)
        shares[test] = inclusion(part.quality, part.audit, seen[test], drawn[test])
    return shares


def ways(looks: Looks) -> dict[str, int]:
    """Return how many of the images looked at were drawn, came up as suspicious, or were picked by hand."""
    own = Counter(way for way in looks.chosen if way)
    return {way: own[way] for way in (DRAWN, SUSPICION, PICKED)}
