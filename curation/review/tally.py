"""The verdicts in force as arrays: who judged which image, and what they say together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.decisions.decision import Decision, in_order
from curation.decisions.ledger import Ledger
from curation.decisions.state import State
from curation.review.drawn_looks import random_numbers
from curation.review.looks import is_selected
from models.arrays import BoolArray, IntArray

_SHARED_SEED = 1  # other numbers than those that draw looks


@dataclass(frozen=True)
class Tally:
    """What the verdicts in force say about N images."""

    looked: BoolArray  # (N,) a verdict other than unsure that nobody contradicts
    unsure: BoolArray  # (N,) somebody looked, and it is not settled: unsure, or reviewers disagree
    wrong: BoolArray  # (N,) the verdict is that the given label is wrong
    drawn: BoolArray  # (N,) all who looked were shown it because it was drawn
    walked: BoolArray  # (N,) somebody came to it in the order of a queue
    selected: BoolArray  # (N,) a learned order proposed it to somebody
    disputed: BoolArray  # (N,) reviewers disagree, and nobody settled it
    judged: Mapping[str, BoolArray]  # reviewer -> (N,) has a verdict of theirs
    sure: Mapping[str, BoolArray]  # reviewer -> (N,) has a verdict of theirs other than unsure

    @property
    def seen(self) -> BoolArray:
        """Which images somebody looked at, settled or not, shape (N,)."""
        return self.looked | self.unsure

    def judged_by(self, reviewer: str) -> BoolArray:
        """Return which images have a verdict of a reviewer, shape (N,)."""
        return self.judged.get(reviewer, np.zeros_like(self.looked))

    def done(self, reviewer: str, shared: BoolArray) -> BoolArray:
        """Return what this reviewer need not look at, shape (N,); unsure verdicts of others leave an image open.

        Args:
            reviewer: whose own verdicts count in any case.
            shared: images that everybody looks at, shape (N,), whoever judged them; see `shared_images`.
        """
        done = np.zeros_like(self.looked)
        for name, sure in self.sure.items():
            if name != reviewer:
                done |= sure
        return (done & ~shared) | self.judged_by(reviewer)


def tally(state: State, row_of: Mapping[str, int], n: int) -> Tally:
    """Count each image's verdict in force once.

    Args:
        state: of the decision log.
        row_of: image_id -> row.
        n: number of images, N.
    """
    looked, unsure, wrong, drawn, walked, selected, disputed = (np.zeros(n, np.bool_) for _ in range(7))
    judged: dict[str, BoolArray] = {}
    sure: dict[str, BoolArray] = {}
    for image_id in state.images():
        row, verdicts = row_of[image_id], state.verdicts(image_id)
        alone = len(verdicts) == 1 and state.adjudication(image_id) is None  # as most are: no need to compare
        verdict = next(iter(verdicts.values())) if alone else state.verdict(image_id)
        settled = verdict is not None and verdict.is_answer
        looked[row], unsure[row] = settled, not settled
        wrong[row] = settled and verdict is not None and verdict.says_wrong
        disputed[row] = bool(verdicts) and verdict is None
        drawn[row] = bool(verdicts) and all(decision.drawn for decision in verdicts.values())
        walked[row] = any(decision.rank is not None for decision in verdicts.values())
        selected[row] = any(is_selected(decision) for decision in verdicts.values())
        for reviewer, decision in verdicts.items():
            if reviewer not in judged:
                judged[reviewer], sure[reviewer] = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
            judged[reviewer][row] = True
            sure[reviewer][row] = decision.is_answer
    return Tally(looked, unsure, wrong, drawn, walked, selected, disputed, judged, sure)


def shared_images(image_ids: npt.NDArray[np.str_], share: float) -> BoolArray:
    """Return which of N images every reviewer looks at, shape (N,), so that their agreement can be told.

    Drawn by the images' names: all reviewers share the same images, and a larger share contains a smaller one.

    Args:
        image_ids: shape (N,).
        share: of the images, in [0, 1].
    """
    return np.asarray(random_numbers(image_ids, _SHARED_SEED) < share)


def look_order(ledger: Ledger, row_of: Mapping[str, int]) -> IntArray:
    """Return the rows of the images with a verdict in force, each once, in the order of their first look.

    Args:
        ledger: of the data set.
        row_of: image_id -> row.

    Raises:
        ErrataError: the log cannot be read.
    """
    entries = in_order(entry for _, entry in ledger.entries())
    with ledger.reading() as state:
        judged = set(state.images())
        decisions = (entry for entry in entries if isinstance(entry, Decision) and not state.undone(entry.id))
        images = (state.image_of(decision) for decision in decisions)
        rows = dict.fromkeys(row_of[image] for image in images if image in judged)
    return np.array(list(rows), np.int64)
