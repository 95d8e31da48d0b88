"""What all voters together say of the given labels: the label quality, the reasons for it, and the kind of trouble."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from curation.scoring.class_odds import among_its_class
from curation.scoring.confident_joint import estimated_joint
from curation.scoring.conflicts import weigh_conflicts
from curation.scoring.groundwork import Groundwork
from curation.scoring.joint_heads import joint_heads
from curation.scoring.judge import judge_by_ridge
from curation.scoring.kinds import Kinds, kinds_of
from curation.scoring.lessons import WEIGHT, Lessons, apart, as_given
from curation.scoring.neighbours import neighbour_vote, to_unit
from curation.scoring.out_of_scope import isolation, out_of_scope, scope_axes, strangeness
from curation.scoring.pooling import pooled, pooling_weights
from curation.scoring.principal_axes import AXES, joint_axes
from curation.scoring.scores import Ranking, ranks, self_confidence, suggest
from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.errors import ErrataError
from models.files.npz import Like, read_arrays, write_arrays
from models.files.schemas import AUDIT_AGAIN

# Number of images above which the neighbours, who only explain, are sought on fewer axes.
_MANY, _FEW_AXES = 20_000, 64
METHOD = 7  # raised when the same evidence is judged differently: audits then judge again
COPIES_SINCE = 4  # before that method, label_quality did not yet know the labels of copies
JUDGE, NEIGHBOURS = "judge", "neighbours"  # voters beside the architectures, where there are frozen embeddings


@dataclass(frozen=True)
class Findings:
    """The judgement of N given labels."""

    label_quality: FloatArray  # (N,) probability that the given label is right, low = suspicious
    probs: FloatArray  # (N, K) of all voters together
    kinds: Kinds
    flagged: BoolArray  # (N,) the most suspicious labels; their number is the estimated number of wrong labels
    joint: FloatArray  # (K, K) estimated number of images of each given label (row) that show each class
    voters: tuple[str, ...]  # V: the architectures, and the judge and the neighbours where there are embeddings
    weights: FloatArray  # (V,) in the probabilities; 0 for voters that only explain: neighbours, heads on embeddings
    votes: IntArray  # (V, N) the most probable class of each voter
    sure: FloatArray  # (V, N) its probability
    method: int = METHOD  # that judged the labels
    lessons: str = ""  # digest of what people said of the labels, as far as it was learned from; empty: nothing was
    verdicts: int = 0  # how many verdicts that were
    line: int = 0  # of the decision log, up to which they count
    first_quality: FloatArray | None = None  # (N,) label quality by the given labels alone; None: it is label_quality
    given: FloatArray | None = None  # (V, N) probability of the given label by each voter; None: before method 6
    unjudged: BoolArray | None = None  # (N,) no model saw another image of the class: the label stands; None: judged

    def ranking(self, labels: IntArray) -> Ranking:
        """Return the findings as a ranking of the labels."""
        suggested, runner_up = suggest(labels, self.probs)
        return Ranking(self.label_quality, suggested, runner_up, self.probs.max(1))

    @property
    def draw_quality(self) -> FloatArray:
        """The label quality that looks are drawn by, shape (N,): verdicts that are learned from do not change it."""
        return self.label_quality if self.first_quality is None else self.first_quality

    @property
    def n_wrong(self) -> float:
        """How many labels are estimated wrong, by the models alone."""
        return float(self.joint.sum() - self.joint.trace())

    def weight(self, voter: str) -> float:
        """Return the weight of a voter in the probabilities; 0 for one that does not vote."""
        return float(dict(zip(self.voters, self.weights.tolist(), strict=True)).get(voter, 0.0))

    def save(self, path: Path) -> None:
        """Write the findings as .npz, whole or not at all."""
        kinds = {f"kind_{field.name}": getattr(self.kinds, field.name) for field in fields(Kinds)}
        arrays = {name: np.asarray(getattr(self, name)) for name in (*_ARRAYS, *_LEARNED)}
        arrays |= {name: values for name in _OPTIONAL if (values := getattr(self, name)) is not None}
        write_arrays(path, voters=np.array(self.voters, np.str_), method=np.array(self.method), **arrays, **kinds)

    @classmethod
    def load(cls, path: Path) -> "Findings":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        stored = read_arrays(path, like=_LIKE, advice=AUDIT_AGAIN)
        kinds = Kinds(**{field.name: stored[f"kind_{field.name}"] for field in fields(Kinds)})
        values: dict[str, Any] = {name: stored[name] for name in _ARRAYS}
        method = int(stored.get("method", COPIES_SINCE - 1))
        values |= {name: stored[name].item() for name in _LEARNED if name in stored}
        values |= {name: stored.get(name) for name in _OPTIONAL}
        return cls(kinds=kinds, voters=tuple(map(str, stored["voters"])), method=method, **values)

    def check_of(self, n: int, voters: Collection[str], path: Path) -> None:
        """Raise if this is no judgement of N labels by these voters.

        Raises:
            ErrataError: it is not; the sentence names the file that it was read from.
        """
        if len(self.label_quality) != n or not set(voters) <= set(self.voters):
            raise ErrataError(f"{path} judges other labels, or by other architectures; {AUDIT_AGAIN}")


_ARRAYS = ("label_quality", "probs", "flagged", "joint", "weights", "votes", "sure")
_LEARNED = ("lessons", "verdicts", "line")
_OPTIONAL = ("first_quality", "given", "unjudged")
_LIKE = {
    "label_quality": Like("numbers", ("N",), finite=True),
    "probs": Like("numbers", ("N", "K"), finite=True),
    "flagged": Like("flags", ("N",)),
    "joint": Like("numbers", ("K", "K"), finite=True),
    "voters": Like("text", ("V",)),
    "weights": Like("numbers", ("V",), finite=True),
    "votes": Like("whole", ("V", "N")),
    "sure": Like("numbers", ("V", "N"), finite=True),
    "method": Like("whole", optional=True),
    "lessons": Like("text", optional=True),
    "verdicts": Like("whole", optional=True),
    "line": Like("whole", optional=True),
    "first_quality": Like("numbers", ("N",), optional=True, finite=True),
    "given": Like("numbers", ("V", "N"), optional=True, finite=True),
    "unjudged": Like("flags", ("N",), optional=True),
    **{f"kind_{field.name}": Like("numbers", ("N",), finite=True) for field in fields(Kinds)},
}


def judge_labels(
    labels: IntArray,
    n_classes: int,
    learn: BoolArray,
    groups: IntArray,
    opinions: Mapping[str, FloatArray],
    embeddings: Mapping[str, Features],
    evidence: Mapping[str, Features] | None = None,
    seed: int = 0,
    lessons: Lessons | None = None,
    groundwork: Groundwork | None = None,
    unjudged: BoolArray | None = None,
) -> Findings:
    """Judge N given labels from all that is known of the images.

    The frozen backbones speak through a judge: the mean of a ridge regression that learns from every other image and
    of heads fitted out of fold, on all that all of them saw. The judge and the networks that learned their features
    are pooled. Then the ridge regression learns once more, trusting the labels by what that first pool says of them.
    The label quality is the pooled probability of the given label, compared with other labels of its class, times the
    probability that any class fits; a copy with another label lowers it.

    Args:
        labels: given class indices, shape (N,).
        n_classes: K.
        learn: whose labels may be learned from, shape (N,): train; the other labels take no part in any judgement.
        groups: copies share a group, shape (N,).
        opinions: architecture -> out-of-sample probabilities, shape (N, K).
        embeddings: frozen architecture -> embeddings that no label took part in, shape (N, D); may be empty. The
            opinion of these architectures is part of the judge's and not pooled again.
        evidence: frozen architecture -> embedding and what earlier stages saw, shape (N, D + E); the embeddings alone
            where it is not given.
        seed: draws folds, and samples of large data sets.
        lessons: what people said of the labels. Judge, heads, scope and weights learn from it, and the networks do not;
            the given labels are judged all the same. The given labels teach where it is not given.
        groundwork: of an earlier judgement of the same images and given labels, or an empty one that is filled.
        unjudged: whose labels cannot be judged and stand as they are, shape (N,); see `too_few_to_judge`.
    """
    lessons, groundwork = lessons or as_given(labels), groundwork or Groundwork()
    taught, fit = lessons.labels, learn & ~lessons.left_out
    voices = dict(opinions)
    pool = {name: probs for name, probs in opinions.items() if name not in embeddings or not fit.any()}
    scope = np.zeros(len(labels), np.float32)
    if embeddings and fit.any():
        target, n_told, told = lessons.with_none_of_these(n_classes, learn)
        seen = list((evidence or embeddings).values())
        features, axes = joint_axes(seen, AXES, seed, True, groundwork.axes, groundwork.scratch)
        heads = None
        if len(np.unique(groups[told])) > 1:
            heads = joint_heads(seen, target, n_told, told, groups, seed, groundwork)
        trust = np.where(lessons.taught, WEIGHT, 1).astype(np.float32)
        for _ in range(2):
            probs = judge_by_ridge(features, target, n_told, told, groups, trust).probs
            mean = probs if heads is None else np.asarray((probs + heads) / 2, np.float32)
            voices[JUDGE], none = apart(mean, n_classes)
            pool[JUDGE] = voices[JUDGE]
            together, weights = _pool(pool, taught, fit, seed)
            trust = np.sqrt(self_confidence(taught, together) / together.max(1))
            trust[lessons.taught] = WEIGHT
        trust[lessons.left_out] = 0
        strange, isolated = _oddness(
            list(embeddings.values()), taught, n_classes, learn, groups, trust, seed, lessons.strange, groundwork
        )
        scope = 1 - (1 - out_of_scope(strange, isolated)) * (1 - none)  # either says so
        few_axes = features if len(labels) <= _MANY else np.concatenate([part[:, :_FEW_AXES] for part in axes], 1)
        voices[NEIGHBOURS] = neighbour_vote(few_axes, taught, n_classes, fit, groups)
    else:
        together, weights = _pool(pool, taught, fit, seed)
        trust = np.sqrt(self_confidence(taught, together) / together.max(1))
    if unjudged is not None and unjudged.any():
        together = np.where(unjudged[:, None], np.arange(n_classes) == labels[:, None], together).astype(np.float32)
        scope = np.where(unjudged, 0, scope)
    in_pool = dict(zip(pool, weights.tolist(), strict=True))
    trust = np.where((labels == taught) & ~lessons.left_out, np.minimum(trust, 1), 0)  # in the given labels
    given = among_its_class(self_confidence(labels, together), labels, learn, trust)
    quality = weigh_conflicts(labels, groups, given * (1 - scope), together)
    quality = np.minimum(quality, 1)  # the probabilities of thousands of classes add up to a little more by rounding
    joint = estimated_joint(labels, together)
    return Findings(
        label_quality=quality,
        probs=together,
        kinds=kinds_of(labels, together, quality, scope),
        flagged=ranks(quality, np.ones(len(labels), bool)) <= round(float(joint.sum() - joint.trace())),
        joint=np.asarray(joint, np.float32),
        voters=tuple(voices),
        weights=np.array([in_pool.get(voter, 0) for voter in voices], np.float32),
        votes=np.stack([probs.argmax(1) for probs in voices.values()]).astype(np.int64),
        sure=np.stack([probs.max(1) for probs in voices.values()]).astype(np.float32),
        given=np.stack([self_confidence(labels, probs) for probs in voices.values()]).astype(np.float32),
        unjudged=unjudged,
    )


def _pool(
    voices: Mapping[str, FloatArray], labels: IntArray, learn: BoolArray, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the pooled probabilities, shape (N, K), and the weight of each voice in them."""
    probs = list(voices.values())
    weights = pooling_weights(probs, labels, learn, seed)
    return pooled(probs, weights), weights


def _oddness(
    embeddings: Sequence[Features],
    labels: IntArray,
    n_classes: int,
    learn: BoolArray,
    groups: IntArray,
    trust: FloatArray,
    seed: int,
    outside: BoolArray,
    groundwork: Groundwork,
) -> tuple[FloatArray, FloatArray]:
    """Return how strange and how isolated each image is, shape (N,) each; images `outside` are nobody's neighbours."""
    n_axes = scope_axes(int(learn.sum()))
    known, scratch = groundwork.axes, groundwork.scratch
    pressed = joint_axes(embeddings, n_axes, seed, True, known, scratch)[1]
    strange = [strangeness(features, labels, n_classes, learn, trust) for features in pressed]
    sides, plain = joint_axes(embeddings, n_axes, seed, False, known, scratch)
    for features in plain:
        to_unit(features)
    company = isolation(sides, learn & ~outside, groups, seed)
    return np.asarray(np.mean(strange, axis=0), np.float32), company
