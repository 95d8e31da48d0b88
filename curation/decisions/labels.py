"""The labels of a data set after review: what the verdicts in force make of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError


@dataclass(frozen=True)
class DecidedLabels:
    """The labels of N rows after review; as given without a verdict, or where all were unsure or reviewers disagree."""

    verdicts: tuple[Decision | None, ...]  # (N,) over all reviewers; None where nobody judged, or they disagree
    labels: IntArray  # (N,) 0..K-1; of several classes the given one if it is among them, else the first
    soft: FloatArray  # (N, K) rows sum to 1: equal shares of the classes of an ambiguous or multi-label image
    excluded: BoolArray  # (N,) verdicts that leave no label: none-of-these and exclude
    disputed: BoolArray  # (N,) reviewers disagree and nobody adjudicated

    @property
    def decisions(self) -> npt.NDArray[np.str_]:
        """The names of the verdicts, shape (N,); empty where there is no verdict."""
        return np.array([verdict.decision if verdict else "" for verdict in self.verdicts], np.str_)


def decided_labels(state: State, rows: Rows) -> DecidedLabels:
    """Return the labels of the rows after review.

    A verdict that asks again (see `Today`) is none: the image has its given label.

    Args:
        state: of this data set, replayed with its images.
        rows: N of its images with their given labels.

    Raises:
        ErrataError: a verdict names a class that the data set no longer has.
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
        named = sorted(place[name] for name in verdict.labels)
        labels[row] = labels[row] if labels[row] in named else named[0]
        soft[row] = 0
        soft[row, named] = 1 / len(named)
    removed = [verdict is not None and VERDICTS[verdict.decision].removes_label for verdict in verdicts]
    pairs = zip(verdicts, image_ids, strict=True)
    disputed = np.array([verdict is None and state.disputed(image_id) for verdict, image_id in pairs], np.bool_)
    return DecidedLabels(verdicts, labels, soft, np.array(removed, np.bool_), disputed)


def _check_known(verdict: Decision, place: dict[str, int]) -> None:
    for name in verdict.labels:
        if name not in place:
            raise ErrataError(
                f"{verdict.decision} of {verdict.image_id!r} by {verdict.reviewer!r} names the class {name!r}, "
                f"which the data set no longer has (it has {', '.join(place)}); judge that image again"
            )
