"""The images that a review is about, and what the verdicts on some of them say about all."""

from dataclasses import dataclass

import numpy as np

from curation.results.audit import Audit
from curation.review.budget import Budget, estimate
from curation.review.drawn_looks import ORDER_SEED, DrawOrder, draw_order, inclusion
from curation.review.tally import Tally
from curation.scoring.expected_errors import adding_up
from curation.scoring.learned.order import LearnedOrder
from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.errors import ErrataError


@dataclass(frozen=True)
class Population:
    """M of N images: all of them, or a split."""

    rows: IntArray  # (M,) rows among the N
    quality: FloatArray  # (M,) label quality in [0, 1], low = suspicious
    first_quality: FloatArray  # (M,) the same by the labels as given alone: no verdict took part in it
    draws: DrawOrder  # of these M

    def inclusion(self, tally: Tally, learned: LearnedOrder | None = None) -> Doubles:
        """Return the probability with which each image would have been looked at by now, shape (M,).

        Args:
            tally: of the N images.
            learned: the order that proposed looks, where it learns.
        """
        reached = learned.reached[self.rows] if learned else None
        return inclusion(self.first_quality, self.draws, tally.seen[self.rows], tally.drawn[self.rows], reached)

    def inclusion_of(self, tally: Tally, row: int) -> float:
        """Return the probability that the draw had of choosing the image that is looked at now.

        Args:
            tally: of the N images, before this look.
            row: of the image, among the N.
        """
        place = int(np.searchsorted(self.rows, row))
        seen, drawn = tally.seen[self.rows], tally.drawn[self.rows]  # copies
        seen[place] = drawn[place] = True
        return float(inclusion(self.first_quality, self.draws, seen, drawn)[place])

    def budget(self, tally: Tally, probabilities: FloatArray, learned: LearnedOrder | None = None) -> Budget:
        """Return how many wrong labels there are among the M images, and how many of them are left.

        Args:
            tally: of the N images.
            probabilities: that each label is right, shape (N,); see `label_probabilities`.
            learned: the order that proposed looks, where it learns: its own probabilities count then.
        """
        rows = self.rows
        looked, wrong, unsure = tally.looked[rows], tally.wrong[rows], tally.unsure[rows]
        inclusion, models = self.inclusion(tally, learned), probabilities[rows]
        picked = looked & ~(tally.walked | tally.drawn)[rows]
        if learned is None:
            return estimate(models, looked, wrong, inclusion, unsure, picked=picked)
        upcoming = np.argsort(-learned.correction[rows], kind="stable")
        proposed = (tally.selected | tally.drawn)[rows]
        return estimate(learned.right[rows], looked, wrong, inclusion, unsure, upcoming, proposed, models, picked)


def population(
    quality: FloatArray, draws: DrawOrder, chosen: BoolArray, first_quality: FloatArray | None = None
) -> Population:
    """Return a part of N images.

    Images keep their tickets from the whole data set, so looks drawn for any part count in all.

    Args:
        quality: label quality of N images, shape (N,), in [0, 1], low = suspicious.
        draws: their draw order.
        chosen: which images belong to the part, shape (N,).
        first_quality: label quality by the labels as given alone, shape (N,); the same where it is not given. What is
            estimated from verdicts must not depend on a judgement that knows them.

    Raises:
        ErrataError: no image does.
    """
    rows = np.flatnonzero(chosen)
    if not len(rows):
        raise ErrataError("there is no image to review in this split; choose one that has some")
    place = np.full(len(quality), -1)
    place[rows] = np.arange(len(rows))
    order = place[draws.order]
    first = quality if first_quality is None else first_quality
    part = DrawOrder(order[order >= 0], draws.weights[rows], draws.tickets[rows])
    return Population(rows, quality[rows], first[rows], part)


def population_of(audit: Audit, chosen: BoolArray) -> Population:
    """Return some of the N images of an audit, in the draw order that all reviews share.

    Args:
        audit: of the data set.
        chosen: which images, shape (N,).

    Raises:
        ErrataError: no image is chosen.
    """
    quality, first = audit.consensus.label_quality, audit.findings.draw_quality
    return population(quality, draw_order_of(audit), chosen, first)


def draw_order_of(audit: Audit) -> DrawOrder:
    """Return the order in which all reviews of an audit draw images at random; judging again does not change it."""
    return draw_order(audit.rows.image_ids, audit.findings.draw_quality, ORDER_SEED)


def label_probabilities(audit: Audit) -> FloatArray:
    """Return label quality that adds up to the number of right labels that the models estimate, shape (N,).

    It is that of the first judgement: one that knows verdicts would find itself confirmed by them.
    """
    return adding_up(audit.findings.draw_quality, audit.findings.n_wrong)
