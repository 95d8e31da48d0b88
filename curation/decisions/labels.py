"""What the verdicts in force make of the labels of a data set."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.decisions.verdicts import removing
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError


@dataclass(frozen=True)
class DecidedLabels:
    """The labels of N rows after review; where nobody judged, nobody was sure or reviewers disagree: as given."""

    verdicts: tuple[Decision | None, ...]  # (N,) over all reviewers; None where there is none, or they disagree
    labels: IntArray  # (N,) 0..K-1; of several classes the given one if it is among them, else the first
    soft: FloatArray  # (N, K) rows sum to 1: equal shares of the classes of an ambiguous or multi-label image
    excluded: BoolArray  # (N,) verdicts that leave no label: none-of-these and exclude
    disputed: BoolArray  # (N,) reviewers disagree and nobody adjudicated

    @property
    def decisions(self) -> npt.NDArray[np.str_]:
        """The kinds of the verdicts, shape (N,); empty where there is none."""
        return np.array([one.decision if one else "" for one in self.verdicts], np.str_)


def decided_labels(state: State, rows: Rows) -> DecidedLabels:
    """Return the labels of the rows after review.

    `keep` gives the label that was kept, also where the image has moved to the folder of another class since.

    Args:
        state: of this data set, replayed with its images.
        rows: N of its images with their given labels.

    Raises:
        ErrataError: a verdict names a class that the data set has no more.
    """
    place = {name: number for number, name in enumerate(rows.classes)}
    image_ids = [str(image_id) for image_id in rows.image_ids]
    verdicts = tuple(state.verdict(image_id) for image_id in image_ids)
    labels = np.array(rows.labels, np.int64)
    soft = np.zeros((len(rows), len(rows.classes)), np.float32)
    soft[np.arange(len(rows)), labels] = 1
    for row, verdict in enumerate(verdicts):
        if verdict is None or not verdict.labels:
            continue
        _check_known(verdict, place)
        own = sorted(place[name] for name in verdict.labels)
        labels[row] = labels[row] if labels[row] in own else own[0]
        soft[row] = 0
        soft[row, own] = 1 / len(own)
    excluded = np.array([verdict is not None and verdict.decision in removing() for verdict in verdicts], np.bool_)
    disputed = [one is None and state.disputed(image_id) for one, image_id in zip(verdicts, image_ids, strict=True)]
    return DecidedLabels(verdicts, labels, soft, excluded, np.array(disputed, np.bool_))


def _check_known(verdict: Decision, place: dict[str, int]) -> None:
    for name in verdict.labels:
        if name not in place:
            raise ErrataError(
                f"{verdict.decision} of {verdict.image_id!r} by {verdict.reviewer!r} names the class {name!r}, "
                f"which the data set has no more (it has {', '.join(place)}); judge that image again"
            )
