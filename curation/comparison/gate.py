"""What a data set and its networks must hold to pass: conditions for continuous integration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison.board import lay_out
from curation.datasets.rows import SPLITS
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit, load_audit
from curation.review.budget import Interval, estimate
from curation.review.drawn_looks import ORDER_SEED, audit_order, inclusion
from curation.review.queue import population, tally
from curation.scoring.expected_errors import adding_up
from curation.versions.curate import find_leaks
from curation.versions.store import Version, load_version
from curation.words import counted
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError, unknown
from models.figures.metrics import wilson_interval

ALL = "all"  # splits


@dataclass(frozen=True)
class Outcome:
    """One condition, and whether it holds."""

    holds: bool
    text: str  # what was asked and what was found


def check_errors(workspace: Workspace, name: str, version: str, allowed: float, split: str = ALL) -> Outcome:
    """Return whether the estimated share of wrong labels in a version is at most `allowed`.

    Of the labels as given all that are wrong count; of a curated split those that nobody found and mended.

    Args:
        workspace: holds the audit and the decisions.
        name: of an audited data set.
        version: of its labels.
        allowed: a share in [0, 1].
        split: train, val, test or all.

    Raises:
        ErrataError: not audited, no such version, or no image in that split.
    """
    audit, own = load_audit(workspace, name), load_version(workspace, name, version)
    chosen = np.ones(len(audit.rows), np.bool_) if split == ALL else audit.rows.splits == _checked(split)
    n = int((own.images.members & (own.images.checked.rows.splits == split if split != ALL else True)).sum())
    if not n or not chosen.any():
        raise ErrataError(f"{name} {version} has no {split} image; give --split all, or one that has some")
    wrong = _wrong(workspace, audit, own, chosen)
    share = wrong.expected / n
    ends = f"90 % interval {_percent(wrong.low / n)} to {_percent(wrong.high / n)}"
    images = counted(n, "image" if split == ALL else f"{split} image")
    text = (
        f"wrong labels: {_percent(share)} estimated ({ends}; {wrong.expected:,.0f} of {images}), "
        f"at most {_percent(allowed)} allowed"
    )
    return Outcome(share <= allowed, text)


def _checked(split: str) -> str:
    if split not in SPLITS:
        raise unknown("split", split, (*SPLITS, ALL))
    return split


def _wrong(workspace: Workspace, audit: Audit, own: Version, chosen: np.ndarray) -> Interval:
    """Return how many labels of some images are estimated wrong in a version, by the verdicts it was made from."""
    ledger = open_ledger(workspace, audit.name)
    lines = own.about["decisions"]["lines"] if own.name != ORIGINAL else ledger.lines()
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    found = tally(ledger.at(lines), row_of, len(audit.rows))
    quality = audit.consensus.label_quality
    part = population(quality, audit_order(audit.rows.image_ids, quality, ORDER_SEED), chosen)
    rows = part.rows
    seen = (found.looked | found.unsure)[rows]
    shares = inclusion(part.quality, part.audit, seen, found.drawn[rows])
    chances = adding_up(quality, audit.findings.n_wrong)[rows]
    budget = estimate(chances, found.looked[rows], found.wrong[rows], shares, found.unsure[rows])
    return budget.total if own.name == ORIGINAL else budget.left


def check_leaks(workspace: Workspace, name: str, version: str) -> Outcome:
    """Return whether no image of a version has a twin in a split further on (train, val, test).

    Raises:
        ErrataError: not audited, or no such version.
    """
    own = load_version(workspace, name, version).images
    leaks = find_leaks(own.duplicates.groups, own.checked.rows.splits, own.members)
    names = own.checked.rows.image_ids[leaks].tolist()
    named = f" ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})" if names else ""
    return Outcome(not names, f"leaks: {counted(len(names), 'image')} with a twin in a split further on{named}")


def check_accuracy(
    workspace: Workspace, name: str, version: str, least: float, runs: Sequence[str] = ()
) -> list[Outcome]:
    """Return whether networks are right often enough on the test labels of a version.

    Args:
        workspace: holds the runs.
        name: of the data set.
        version: of its labels.
        least: a share in [0, 1].
        runs: each contestant they name must reach it; where empty the most accurate of all finished ones.

    Raises:
        ErrataError: as `lay_out`.
    """
    board = lay_out(workspace, name, runs, [version])
    right = board.right(version)
    found = [(float(right[rows].mean()), one.title) for one, rows in zip(board.contestants, board.members, strict=True)]
    outcomes, n = [], right.shape[1]
    for share, title in found if runs else [max(found)]:
        low, high = wilson_interval(share * n, n)
        text = (
            f"accuracy of {title}: {_percent(share)} (95 % interval {_percent(low)} to {_percent(high)}, "
            f"n = {n:,} test images), at least {_percent(least)} wanted"
        )
        outcomes.append(Outcome(share >= least, text))
    return outcomes


def parse_share(option: str, text: str) -> float:
    """Return a share given as `2%` or `0.02`.

    Raises:
        ErrataError: it is neither, or outside 0 to 100 %.
    """
    number, sign, rest = text.strip().partition("%")
    try:
        share = float(number) / (100 if sign else 1)
    except ValueError:
        share = -1.0
    if rest or not 0 <= share <= 1:
        raise ErrataError(f"{option} {text} is no share: give 0% to 100%, or 0 to 1")
    return share


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
