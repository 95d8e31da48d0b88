"""The order of a review that learns: each verdict is first predicted, then learned from.

How far the learned order is believed depends on how well it predicted the verdicts, compared with the old order.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from curation.scoring.expected_errors import shift_to
from curation.scoring.learned.lesson import RIGHT, Answers, Lesson
from curation.scoring.learned.traits import Traits, log_odds, shares
from models.arrays import BoolArray, Doubles, FloatArray, IntArray

UNSETTLED = -2  # a look without an answer: unsure, or reviewers disagree
_BELIEF = 0.3  # in the learned order before any verdict: it has to predict 2.3 times better until both count alike
_BELIEVED = 0.5  # from this belief on, people are told what was learned
_EDGE = 1e-4  # no prediction counts as surer: an image judged by mistake must not settle the matter
_EACH, _PARTS = 40, 20  # the first answers are each learned from at once, later ones a twentieth at a time
_SAMPLE = 20_000  # images on which the level of all is measured
_KEPT = 3  # fits that an undo can go back to


@dataclass(frozen=True)
class Looks:
    """The looks of a review whose verdicts are in force, in order."""

    rows: IntArray  # (L,) of the images, each once
    kinds: IntArray  # (L,) place in CORRECTIONS, RIGHT or UNSETTLED
    shown: FloatArray  # (L, K) share of each class that the image shows; zeros where it shows none, or nobody says
    selected: BoolArray  # (L,) the learned order proposed the image
    drawn: BoolArray  # (L,) it was drawn at random
    lines: IntArray  # (L,) of the log, in which they were written

    def first(self, count: int) -> "Looks":
        """Return the first of them."""
        return Looks(**{name: values[:count] for name, values in vars(self).items()})

    def same(self, other: "Looks") -> int:
        """Return how many looks both have in common, from the first one on."""
        n = min(len(self.rows), len(other.rows))
        differs = np.zeros(n, bool)
        for name in ("rows", "kinds", "selected", "drawn"):
            differs |= getattr(self, name)[:n] != getattr(other, name)[:n]
        differs |= (self.shown[:n] != other.shown[:n]).any(1)
        return int(differs.argmax()) if differs.any() else n

    def answers(self, count: int) -> Answers:
        """Return the settled verdicts among the first looks."""
        settled = np.flatnonzero(self.kinds[:count] != UNSETTLED)
        return Answers(self.rows[settled], self.kinds[settled], self.shown[settled])


@dataclass(frozen=True)
class LearnedOrder:
    """What the verdicts so far say of N labels."""

    traits: Traits
    lesson: Lesson
    answers: int  # learned from
    belief: float  # in the learned order, in [0, 1]; the rest of it is in the old order
    before: Doubles  # (N,) probability before the look, shifted as in `right`; NaN for images nobody looked at
    level: float  # added to all log-odds, the probabilities add up to what the models estimated
    reached: BoolArray  # (N,) drawn images that the order would have selected by now, had they not been drawn

    @property
    def believed(self) -> bool:
        """Whether what was learned from likeness is shown to people: suggested classes, kinds and reasons."""
        return self.answers > 0 and self.belief >= _BELIEVED

    @cached_property
    def correction(self) -> Doubles:
        """Probability that each label needs a correction, shape (N,)."""
        if not self.answers:
            return shares(self.traits.doubt)
        return np.asarray(_mixed(self.belief, self.lesson.odds(np.arange(len(self.traits.labels)))))

    @cached_property
    def right(self) -> FloatArray:
        """Probability that each label is right, shape (N,): as it was before the look where somebody looked.

        All are shifted so that they add up to what the models estimated: the first verdicts are on suspicious labels,
        and what they say of the level of all others is not believed.
        """
        expected = shares(log_odds(self.correction) + self.level)
        return np.asarray(1 - np.where(np.isnan(self.before), expected, self.before), np.float32)

    @cached_property
    def order(self) -> IntArray:
        """All images, those with the most probable corrections first, shape (N,); ties in the old order."""
        if not self.answers:
            return np.argsort(self.traits.place)
        return np.lexsort((self.traits.place, -self.correction))

    @cached_property
    def kinds(self) -> Doubles:
        """Probability of each of CORRECTIONS, shape (N, 4); rows sum to `correction`."""
        return self.kinds_of(np.arange(len(self.traits.labels)))

    def kinds_of(self, rows: IntArray) -> Doubles:
        """Return the probability of each of CORRECTIONS for some images, shape (M, 4)."""
        return np.asarray(self.correction[rows][:, None] * self.lesson.kinds(rows))

    def probs(self, rows: IntArray) -> FloatArray:
        """Return the probability of each class, shape (M, K), moved by the classes that people named.

        They are those of the models as long as the learned order is not believed.
        """
        return self.lesson.probs(rows) if self.believed else self.traits.probs[rows]

    def prepare(self) -> None:
        """Work out what all images share, so that an image asked for later is answered within milliseconds."""
        row = self.order[:1]
        self.kinds_of(row)
        self.probs(row)


@dataclass
class _Progress:
    """How far the looks were followed."""

    looks: int = 0
    answers: int = 0
    level: float = 0.0  # of the last fit
    evidence: float = 0.0  # log odds of the learned order against the old one, by their predictions
    before: dict[int, float] = field(default_factory=dict)  # row -> predicted probability
    waiting: dict[int, float] = field(default_factory=dict)  # drawn row -> probability without its own answer
    reached: set[int] = field(default_factory=set)

    def copy(self) -> "_Progress":
        return replace(self, before=dict(self.before), waiting=dict(self.waiting), reached=set(self.reached))

    @property
    def belief(self) -> float:
        return float(shares(np.array(np.log(_BELIEF / (1 - _BELIEF)) + self.evidence)))


class Learner:
    """Follows the looks of one data set; an undo goes back as far as needed."""

    def __init__(self, traits: Traits, earlier: "Learner | None" = None, line: int = 0):
        """Start without a look.

        Args:
            traits: of the images, by the newest judgement.
            earlier: learner by the judgement before, where the newest one knows verdicts: it predicts the looks that
                the newest judgement would predict with hindsight.
            line: of the decision log, up to which the newest judgement knows verdicts.
        """
        self.traits = traits
        k = traits.probs.shape[1]
        nothing, n = np.zeros(0, np.int64), len(traits.labels)
        self._sample = np.sort(np.random.default_rng(0).permutation(n)[:_SAMPLE])
        self._earlier, self._line = earlier, line
        self._looks = Looks(nothing, nothing, np.zeros((0, k), np.float32), nothing != 0, nothing != 0, nothing)
        self._start = (_Progress(), Lesson(traits, self._looks.answers(0)))
        self._fits: deque[tuple[_Progress, Lesson]] = deque(maxlen=_KEPT)

    def follow(self, looks: Looks) -> LearnedOrder:
        """Return the order after these looks: the same for the same looks, however they came to be known."""
        common = self._looks.same(looks)
        while self._fits and self._fits[-1][0].looks > common:
            self._fits.pop()
        progress, lesson = self._fits[-1] if self._fits else self._begun(looks)
        progress, self._looks = progress.copy(), looks
        for place in range(progress.looks, len(looks.rows)):
            self._predict(progress, lesson, place)
            progress.looks += 1
            if looks.kinds[place] == UNSETTLED:
                continue
            progress.answers += 1
            if _due(progress.answers):
                lesson = self._fit(progress, looks)
        self._progress = progress
        return self._order(progress, lesson)

    def _begun(self, looks: Looks) -> tuple[_Progress, Lesson]:
        """Return where to begin: with nothing, or with what the earlier learner made of the looks before."""
        known = int(np.searchsorted(np.maximum.accumulate(looks.lines), self._line, "right")) if len(looks.lines) else 0
        if self._earlier is None or not known:
            return self._start
        self._earlier.follow(looks.first(known))
        progress = self._earlier._progress.copy()
        return progress, self._fit(progress, looks)

    def _fit(self, progress: _Progress, looks: Looks) -> Lesson:
        """Learn from the looks so far, and keep the lesson for an undo."""
        lesson = Lesson(self.traits, looks.answers(progress.looks))
        waiting = np.array(list(progress.waiting), np.int64)
        without = _mixed(progress.belief, lesson.left_out(waiting)).tolist()
        progress.waiting |= {
            row: value for row, value in zip(waiting.tolist(), without, strict=True) if not np.isnan(value)
        }
        progress.level = self._level(progress.belief, lesson)
        self._fits.append((progress.copy(), lesson))
        return lesson

    def _level(self, belief: float, lesson: Lesson) -> float:
        """Return the shift of all log-odds with which they add up to what the models estimated."""
        odds = log_odds(_mixed(belief, lesson.odds(self._sample)))
        return shift_to(odds, float(shares(self.traits.doubt[self._sample]).sum()))

    def _predict(self, progress: _Progress, lesson: Lesson, place: int) -> None:
        """Predict the answer of a look, note it, and count it for or against the learned order."""
        looks, row = self._looks, int(self._looks.rows[place])
        odds = lesson.odds(np.array([row]))[:, 0]
        predicted = float(_mixed(progress.belief, odds))
        progress.before[row] = float(shares(log_odds(np.array(predicted)) + progress.level))
        if looks.drawn[place]:
            progress.waiting[row] = predicted
        elif looks.selected[place]:
            passed = [drawn for drawn, probability in progress.waiting.items() if probability >= predicted]
            progress.reached.update(passed)
            for drawn in passed:
                del progress.waiting[drawn]
        if looks.kinds[place] != UNSETTLED:
            right = np.clip(shares(odds), _EDGE, 1 - _EDGE)
            said = np.log(right if looks.kinds[place] != RIGHT else 1 - right)
            progress.evidence += float(said[1] - said[0])

    def _order(self, progress: _Progress, lesson: Lesson) -> LearnedOrder:
        n = len(self.traits.labels)
        before, reached = np.full(n, np.nan), np.zeros(n, bool)
        before[np.fromiter(progress.before, np.int64)] = list(progress.before.values())
        reached[np.fromiter(progress.reached, np.int64)] = True
        learned = progress.answers if self._fits else 0
        return LearnedOrder(self.traits, lesson, learned, progress.belief, before, progress.level, reached)


def _mixed(belief: float, odds: Doubles) -> Doubles:
    """Return the probability by both models, shape (...), of their log-odds, shape (2, ...)."""
    calibrated, learned = shares(odds)
    return np.asarray((1 - belief) * calibrated + belief * learned)


def _due(answers: int) -> bool:
    """Return whether a fit follows this number of answers."""
    return answers <= _EACH or answers % (answers // _PARTS) == 0
