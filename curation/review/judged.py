"""What people said of each image, as lists show it: every verdict in force, and which images have one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.decisions.decision import Decision
from curation.decisions.state import State
from models.arrays import BoolArray

NOTHING: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class Judged:
    """The verdicts in force on the images of a data set."""

    verdicts: Mapping[str, tuple[Decision, ...]]  # image_id -> each reviewer's; the one that settles a dispute last
    disputed: frozenset[str]  # images on which reviewers disagree, and nobody settled it

    def of(self, image_id: str) -> tuple[Decision, ...]:
        """Return the verdicts on an image, none where nobody judged it."""
        return self.verdicts.get(image_id, NOTHING)

    def any_of(self, image_ids: npt.NDArray[np.str_]) -> BoolArray:
        """Return which of N images have a verdict, shape (N,)."""
        return np.isin(image_ids, np.array(list(self.verdicts), np.str_))

    def disputed_of(self, image_ids: npt.NDArray[np.str_]) -> BoolArray:
        """Return on which of N images reviewers disagree, shape (N,)."""
        return np.isin(image_ids, np.array(list(self.disputed), np.str_))

    def called(self, image_ids: npt.NDArray[np.str_], decision: str) -> BoolArray:
        """Return which of N images have this verdict of anybody, of VERDICTS, shape (N,)."""
        named = [image for image, said in self.verdicts.items() if decision in [verdict.decision for verdict in said]]
        return np.isin(image_ids, np.array(named, np.str_))


NOBODY = Judged({}, frozenset())  # before the first verdict


def judged_images(state: State) -> Judged:
    """Return the verdicts in force after some lines of the decision log."""
    verdicts, disputed = {}, set()
    for image_id in state.images():
        settled = state.adjudication(image_id)
        verdicts[image_id] = (*state.verdicts(image_id).values(), *((settled,) if settled else ()))
        if state.disputed(image_id):
            disputed.add(image_id)
    return Judged(verdicts, frozenset(disputed))
