"""How the test labels of a version came about: who judged which images, how they were chosen, who proposed fixes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison.common_images import CommonImages
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.lines.followed_log import check_readable
from curation.decisions.state import State
from curation.results.audit import Audit
from curation.review.learning import proposing_order
from curation.review.looks import came_by_suspicion
from curation.review.population import population_of
from curation.review.tally import Tally, tally
from curation.scoring.learned.order import LearnedOrder
from curation.versions.store import Version
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, Doubles
from models.errors import ErrataError

DRAWN, SUSPICION, PICKED = "drawn", "by suspicion", "picked"


@dataclass(frozen=True)
class Provenance:
    """How the labels of N test images in a version came about."""

    looked: BoolArray  # (N,) a settled verdict exists
    chosen: tuple[str, ...]  # (N,) DRAWN, SUSPICION or PICKED: how the image was chosen; empty if nobody looked
    blind: BoolArray  # (N,) the models' output was hidden from all reviewers
    fixed: BoolArray  # (N,) the version has another label than the given one, or several
    proposed_by: tuple[frozenset[str], ...]  # (N,) architectures that proposed the fix; empty where not fixed
    inclusion: Doubles  # (N,) probability, in [0, 1], that the review had looked at the image by then
    reviewers: tuple[str, ...]
    disputed: int  # images on which reviewers disagree; they keep the given label


def read_provenance(workspace: Workspace, version: Version, audit: Audit, images: CommonImages) -> Provenance:
    """Return how the labels of the common images came about, from the part of the log that a version was made from.

    Args:
        workspace: holds the decision log.
        version: curated.
        audit: of its data set.
        images: N common test images.

    Raises:
        ErrataError: the log is gone, or is not the one that the version was made from.
    """
    state = _state(workspace, version, audit)
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    counts = tally(state, row_of, len(audit.rows))
    names = images.rows.image_ids.tolist()
    if gone := [name for name in names if name not in row_of]:
        raise ErrataError(f"image {gone[0]!r} is not in the audit of {version.dataset!r} any more; audit it again")
    rows = np.array([row_of[name] for name in names])
    curated = images.versions[version.name]
    fixed = (curated.right.sum(1) != 1) | (curated.labels != images.rows.labels)
    looks = [list(state.verdicts(name).values()) for name in names]
    in_force = [state.verdict(name) for name in names]
    return Provenance(
        counts.looked[rows],
        tuple(map(_chosen, looks)),
        np.array([bool(decisions) and all(look.blind for look in decisions) for decisions in looks], np.bool_),
        fixed,
        tuple(
            frozenset(verdict.proposed_by) if verdict and changed else frozenset()
            for verdict, changed in zip(in_force, fixed.tolist(), strict=True)
        ),
        _inclusion(audit, counts, proposing_order(audit, state), images.split)[rows],
        tuple(sorted({look.reviewer for decisions in looks for look in decisions})),
        int((counts.unsure[rows]).sum()),
    )


def count_ways(provenance: Provenance) -> dict[str, int]:
    """Return how many of the judged images were drawn, came up as suspicious, or were picked by hand."""
    counts = Counter(provenance.chosen)
    return {way: counts[way] for way in (DRAWN, SUSPICION, PICKED)}


def _state(workspace: Workspace, version: Version, audit: Audit) -> State:
    """Return the verdicts that were in force when the version was made."""
    about = version.manifest["decisions"]
    ledger = Ledger(log_of(workspace, version.dataset), audit.checked)
    check_readable(ledger.unreadable(), "nothing was compared")
    if ledger.lines() < about["lines"] or ledger.log.sha256(about["lines"]) != about["log_sha256"]:
        raise ErrataError(
            f"{ledger.log.path} is not the decision log that version {version.name!r} was made from; put it back"
        )
    return ledger.at(int(about["lines"]))


def _chosen(looks: Sequence[Decision]) -> str:
    if not looks:
        return ""
    if all(look.drawn for look in looks):
        return DRAWN
    return SUSPICION if any(map(came_by_suspicion, looks)) else PICKED


def _inclusion(audit: Audit, counts: Tally, learned: LearnedOrder | None, split: str) -> Doubles:
    """Return the probability that the review had looked at each image of a split by then; 1 for all other images."""
    chosen = audit.rows.splits == split
    shares = np.ones(len(chosen))
    if chosen.any():
        shares[chosen] = population_of(audit, chosen).inclusion(counts, learned)
    return shares
