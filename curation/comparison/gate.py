"""The conditions of `errata check`, for continuous integration: wrong labels, leaks, accuracy of networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison.board import read_board
from curation.datasets.rows import SPLITS, Rows
from curation.decisions.ledger import open_ledger
from curation.decisions.lines.followed_log import check_readable
from curation.results.audit import Audit, load_audit
from curation.review.learning import proposing_order
from curation.review.population import label_probabilities, population_of
from curation.review.tally import tally
from curation.review.wrong_labels import WrongLabels, wrong_labels
from curation.versions.curate import find_leaks
from curation.versions.store import Version, load_version
from curation.words import counted, first_few
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.arrays import BoolArray
from models.errors import ErrataError, unknown
from models.figures.metrics import wilson_interval

ALL = "all"  # instead of a split


@dataclass(frozen=True)
class Outcome:
    """One condition, and whether it holds."""

    holds: bool
    text: str  # the condition and what was measured


def check_errors(workspace: Workspace, name: str, version: str, allowed: float, split: str = ALL) -> Outcome:
    """Return whether the estimated share of wrong labels in a version is at most `allowed`.

    In the original version all wrong labels count, in a curated one those that the review did not correct.

    Args:
        workspace: holds the audit and the decisions.
        name: of an audited data set.
        version: of its labels.
        allowed: a share in [0, 1].
        split: train, val, test or all.

    Raises:
        ErrataError: not audited, no such version, or no image in that split.
    """
    audit, curated = load_audit(workspace, name), load_version(workspace, name, version)
    rows = curated.images
    chosen = _in_split(audit.rows, split)
    n = int((rows.members & _in_split(rows.checked.rows, split)).sum())
    if not n or not chosen.any():
        raise ErrataError(f"{name} {version} has no {split} image; give --split all, or one that has some")
    wrong = _estimated_wrong(workspace, audit, curated, chosen)
    share = wrong.expected / n
    images = counted(n, "image" if split == ALL else f"{split} image")
    text = (
        f"wrong labels: {_percent(share)} ({wrong.number:,} of {images}, {wrong.source}{_ends(wrong, n)}), "
        f"at most {_percent(allowed)} allowed"
    )
    return Outcome(share <= allowed, text)


def _ends(wrong: WrongLabels, n: int) -> str:
    """Return the ends of the interval as shares of n images; nothing where there is none."""
    if wrong.interval is None or wrong.is_exact:
        return ""
    return f" {_percent(wrong.interval[0] / n)} to {_percent(wrong.interval[1] / n)}"


def _in_split(rows: Rows, split: str) -> BoolArray:
    """Return the mask of the images of a split, shape (N,)."""
    if split == ALL:
        return np.ones(len(rows), np.bool_)
    if split not in SPLITS:
        raise unknown("split", split, (*SPLITS, ALL))
    return np.asarray(rows.splits == split)


def _estimated_wrong(workspace: Workspace, audit: Audit, curated: Version, chosen: BoolArray) -> WrongLabels:
    """Return how many labels of the chosen images are wrong in a version, estimated from the verdicts behind it."""
    ledger = open_ledger(workspace, audit.name)
    lines = curated.manifest["decisions"]["lines"] if curated.name != ORIGINAL else ledger.lines()
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    check_readable(ledger.unreadable(), "nothing was checked")
    state = ledger.at(lines)
    counts, learned = tally(state, row_of, len(audit.rows)), proposing_order(audit, state)
    wrong = wrong_labels(population_of(audit, chosen).budget(counts, label_probabilities(audit), learned))
    return wrong if curated.name == ORIGINAL else wrong.left


def check_leaks(workspace: Workspace, name: str, version: str) -> Outcome:
    """Return whether no image of a version has a twin in a split further on, in the order train, val, test.

    Raises:
        ErrataError: not audited, or no such version.
    """
    version_rows = load_version(workspace, name, version).images
    rows = version_rows.checked.rows
    leaks = find_leaks(version_rows.duplicates.groups, rows.splits, version_rows.members)
    names = rows.image_ids[leaks].tolist()
    examples = f" ({first_few(names)})" if names else ""
    return Outcome(not names, f"leaks: {counted(len(names), 'image')} with a twin in a split further on{examples}")


def check_accuracy(
    workspace: Workspace, name: str, version: str, least: float, runs: Sequence[str] = ()
) -> list[Outcome]:
    """Return whether networks are right often enough on the test labels of a version.

    Args:
        workspace: holds the runs.
        name: of the data set.
        version: of its labels.
        least: a share in [0, 1].
        runs: all contestants that they name must reach it; where empty, the most accurate of all must.

    Raises:
        ErrataError: as `read_board`.
    """
    board = read_board(workspace, name, runs, [version])
    right = board.right(version)
    accuracies = [
        (float(right[members].mean()), contestant.title)
        for contestant, members in zip(board.contestants, board.members, strict=True)
    ]
    outcomes, n = [], right.shape[1]
    for share, title in accuracies if runs else [max(accuracies)]:
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
        raise ErrataError(f"{option} {text} is not a share: give 0% to 100%, or 0 to 1")
    return share


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
