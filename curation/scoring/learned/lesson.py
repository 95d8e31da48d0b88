"""What verdicts say of all other images: the probability that each label needs a correction, and which."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curation.scoring.learned.gaussian_process import Posterior, fitted_weights
from curation.scoring.learned.likeness import SHIFT, SLOPES, Pull, by_likeness, products, sameness
from curation.scoring.learned.traits import CORRECTIONS, Traits, log_odds, shares
from models.arrays import BoolArray, Doubles, FloatArray, IntArray

RIGHT = -1  # the answer that the given label stays
_MOST = 1_000  # answers that are learned from at once: beyond, keeps are drawn and count for those left out
_NOISE = 3.0  # variance of a named class, where what images alike have in common has variance 1
_LEAST = 1e-4  # probability of a class


@dataclass(frozen=True)
class Answers:
    """Settled verdicts, in the order of their looks."""

    rows: IntArray  # (n,) of the images, each once
    kinds: IntArray  # (n,) place in CORRECTIONS, or RIGHT
    shown: FloatArray  # (n, K) share of each class that the image shows; zeros where it shows none, or nobody says

    @property
    def corrected(self) -> BoolArray:
        """Which answers changed something, shape (n,)."""
        return np.asarray(self.kinds != RIGHT)

    def where(self, chosen: IntArray) -> "Answers":
        """Return some of them."""
        return Answers(self.rows[chosen], self.kinds[chosen], self.shown[chosen])


class Lesson:
    """What some answers teach, by two models: one that only calibrates the old order, and one that learns.

    Both give log-odds around those before any answer. The first may shift and stretch them, so its order is the old
    one. The second is a Gaussian process: answers speak for labels that are alike (see `likeness`).
    """

    def __init__(self, traits: Traits, answers: Answers):
        """Fit both.

        Args:
            traits: of N images.
            answers: to learn from; none are allowed.
        """
        self._traits = traits
        doubt = traits.doubt[answers.rows]
        spread = np.array([SHIFT, SLOPES[0]])
        shift, slope = fitted_weights(_old(traits, answers.rows), doubt, answers.corrected, spread)
        self._calibration = np.array([shift, max(slope, _flattest(traits))])
        chosen, self._counts = _drawn(answers)
        self.answers = answers.where(chosen)
        self._products = products(traits, self.answers.rows, self.answers.rows)
        doubt = traits.doubt[self.answers.rows]
        self._posterior = Posterior(self._products, doubt, self.answers.corrected, self._counts)
        self._pull = Pull(traits, self.answers.rows, self._posterior.pull)

    def odds(self, rows: IntArray) -> Doubles:
        """Return the log-odds that labels need a correction, shape (2, M): calibrated only, and learned."""
        doubt = self._traits.doubt[rows]
        return np.stack([doubt + _old(self._traits, rows) @ self._calibration, doubt + self._pull.on(rows)])

    def left_out(self, rows: IntArray) -> Doubles:
        """Return `odds` of some answered rows without their own answers, shape (2, M); NaN for rows not learned from.

        Two numbers hardly depend on one answer, so that the calibration stays as it is.
        """
        place_of = {row: place for place, row in enumerate(self.answers.rows.tolist())}
        places = np.array([place_of.get(row, -1) for row in rows.tolist()], np.int64)
        odds = self.odds(rows)
        odds[1, places < 0] = np.nan
        odds[1, places >= 0] = self._posterior.left_out(places[places >= 0])
        return odds

    def moves(self, row: int) -> Doubles:
        """Return how far each answer moves the learned log-odds of a label because both are alike, shape (n,)."""
        return np.asarray(by_likeness(self._traits, np.array([row]), self.answers.rows)[0] * self._posterior.pull)

    def kinds(self, rows: IntArray) -> Doubles:
        """Return the share of each of CORRECTIONS if the label needs one, shape (M, 4); rows sum to 1."""
        after = np.array(self._traits.kinds[rows])
        for kind, pull in enumerate(self._kind_pulls):
            after[:, kind] = shares(log_odds(after[:, kind]) + pull.on(rows))
        return np.asarray(after / after.sum(1, keepdims=True))

    @cached_property
    def _kind_pulls(self) -> list[Pull]:
        """What the corrections say of each of CORRECTIONS; none before the first correction."""
        corrected = np.flatnonzero(self.answers.corrected)
        if not len(corrected):
            return []
        said, pulls = self.answers.where(corrected), []
        among, counts = self._products[np.ix_(corrected, corrected)], self._counts[corrected]
        for kind in range(len(CORRECTIONS)):
            before = log_odds(self._traits.kinds[said.rows, kind])
            pulls.append(Pull(self._traits, said.rows, Posterior(among, before, said.kinds == kind, counts).pull))
        return pulls

    def probs(self, rows: IntArray) -> FloatArray:
        """Return the probability of each class, shape (M, K): by the models, moved by the classes that people named."""
        before, (named, pull) = self._traits.probs[rows], self._class_pulls
        if not len(named):
            return before
        moved = np.maximum(before + sameness(self._traits, rows, named) @ pull, _LEAST)
        return np.asarray(moved / moved.sum(1, keepdims=True), np.float32)

    @cached_property
    def _class_pulls(self) -> tuple[IntArray, Doubles]:
        """The images that people named a class for, shape (n,), and how each pulls, shape (n, K)."""
        named = np.flatnonzero(self.answers.shown.any(1))
        said = self.answers.where(named)
        missed = np.asarray(said.shown - self._traits.probs[said.rows], np.float64)  # (n, K)
        noise = np.diag(_NOISE / self._counts[named])
        pull = np.linalg.solve(sameness(self._traits, said.rows, said.rows) + noise, missed)
        return said.rows, np.asarray(pull, np.float64)


def _old(traits: Traits, rows: IntArray) -> Doubles:
    """Return the columns that calibration may use, shape (M, 2): a constant and the doubt."""
    return np.stack([np.ones(len(rows)), traits.summary[rows, 0].astype(np.float64)], 1)


def _flattest(traits: Traits) -> float:
    """Return the least weight of the standardised doubt with which the order stays the old one."""
    return -0.95 * float(traits.doubt.std()) if len(traits.doubt) else 0.0


def _drawn(answers: Answers) -> tuple[IntArray, Doubles]:
    """Return which answers to learn from, and how many each counts for: all corrections, and keeps spread evenly."""
    corrected = np.flatnonzero(answers.corrected)[-_MOST // 2 :]
    keeps = np.flatnonzero(~answers.corrected)
    room = max(_MOST - len(corrected), 1)
    few = keeps[np.linspace(0, len(keeps) - 1, min(room, len(keeps))).astype(np.int64)] if len(keeps) else keeps
    chosen = np.sort(np.concatenate([corrected, few]))
    counts = np.where(answers.corrected[chosen], 1.0, len(keeps) / max(len(few), 1))
    return chosen, counts
