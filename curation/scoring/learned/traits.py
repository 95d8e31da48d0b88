"""What is known of each image before any verdict: the ground on which a review learns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.scoring.expected_errors import adding_up
from curation.scoring.findings import JUDGE, Findings
from curation.scoring.principal_axes import joint_axes
from curation.scoring.scores import ranks, suggest
from models.arrays import Doubles, FloatArray, IntArray

CORRECTIONS = ("wrong", "ambiguous", "out_of_scope", "excluded")  # what a correction may say; see VERDICTS
_AXES = 32  # principal axes of each backbone: further ones hold what is particular to each image
_RANDOM = (
    512  # random features: with half as many the finds depend on the draw of them, with twice as many they are the same
)
_REACH = 0.8  # distance at which an answer says little of another image; images are 1.4 apart on average
_EDGE = 1e-6  # no probability is nearer to 0 or 1
_LEAST = 1e-3  # probability of the given class by a voter: below, no doubt is greater
# The share of corrections that say this, before a verdict; for the others the kinds of the models say it.
_AMBIGUOUS, _EXCLUDED = 0.05, 0.02


@dataclass(frozen=True)
class Traits:
    """What is known of N images before any verdict."""

    doubt: Doubles  # (N,) log-odds that the given label is wrong; they add up to the estimated number
    place: IntArray  # (N,) 0 = most suspicious in the order before any verdict
    summary: FloatArray  # (N, 4 + V) standardised: doubt, entropy, best other class, out of scope; doubt of each voter
    labels: IntArray  # (N,) given
    suggested: IntArray  # (N,) the best class other than the given one
    probs: FloatArray  # (N, K)
    sight: FloatArray  # (N, D) what images look like; where two are 1 apart, one says little of the other
    kinds: Doubles  # (N, 4) share of each of CORRECTIONS if the label needs one; rows sum to 1


def traits_of(labels: IntArray, findings: Findings, sight: FloatArray) -> Traits:
    """Return the traits of N images.

    Args:
        labels: given class indices, shape (N,).
        findings: of these labels.
        sight: as `sight_of` returns it, shape (N, D).
    """
    right = np.asarray(adding_up(findings.label_quality, findings.n_wrong), np.float64)
    other = suggest(labels, findings.probs)[1]
    rows = np.arange(len(labels))
    doubt, best = -log_odds(right), log_odds(findings.probs[rows, other])
    entropy = -(findings.probs * np.log(np.maximum(findings.probs, _EDGE))).sum(1, dtype=np.float64)
    scope = log_odds(findings.kinds.out_of_scope)
    return Traits(
        doubt=doubt,
        place=ranks(findings.label_quality, np.ones(len(labels), bool)) - 1,
        summary=np.stack([_standard(values) for values in (doubt, entropy, best, scope, *_doubts(findings))], 1).astype(
            np.float32
        ),
        labels=labels,
        suggested=other,
        probs=findings.probs,
        sight=sight,
        kinds=_kind_shares(findings),
    )


def sight_of(embeddings: Sequence[FloatArray], n: int, seed: int = 0) -> FloatArray:
    """Return what N images look like, shape (N, D), in units of the distance at which one says little of another.

    Args:
        embeddings: of each frozen backbone, shape (N, D); may be empty, as for predictions made elsewhere.
        n: N.
        seed: draws the rows that determine the axes of large data sets.
    """
    if not len(embeddings) or not n:
        return np.zeros((n, 0), np.float32)
    parts = joint_axes(embeddings, _AXES, seed)[1]
    scale = [np.sqrt(np.square(part).sum(1).mean(dtype=np.float64) * len(parts)) for part in parts]
    axes = [part / max(float(size) * _REACH, 1e-6) for part, size in zip(parts, scale, strict=True)]
    return np.asarray(np.concatenate(axes, 1), np.float32)


def log_odds(share: npt.NDArray[np.floating]) -> Doubles:
    """Return the log-odds of probabilities, same shape; none nearer to 0 or 1 than a millionth."""
    inside = np.clip(np.asarray(share, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def shares(odds: Doubles) -> Doubles:
    """Return the probabilities of log-odds, same shape, without overflow."""
    return np.asarray((1 + np.tanh(odds / 2)) / 2)


def _standard(values: Doubles) -> Doubles:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6)) if len(values) else values


def _doubts(findings: Findings) -> list[Doubles]:
    """Return the log-odds against the given label by each voter, shape (N,); the judge's are nearly those of all."""
    if findings.given is None:
        return []
    by_voter = zip(findings.voters, findings.given, strict=True)
    return [-log_odds(np.clip(given, _LEAST, 1 - _LEAST)) for voter, given in by_voter if voter != JUDGE]


def _kind_shares(findings: Findings) -> Doubles:
    """Return what a correction would say by the models: another class or none, by their scores."""
    n = len(findings.label_quality)
    wrong, strange = (np.asarray(values, np.float64) for values in (findings.kinds.wrong, findings.kinds.out_of_scope))
    none = (strange + 0.01) / (strange + wrong + 0.02)
    rest = 1 - _AMBIGUOUS - _EXCLUDED
    by_name = {
        "wrong": rest * (1 - none),
        "ambiguous": np.full(n, _AMBIGUOUS),
        "out_of_scope": rest * none,
        "excluded": np.full(n, _EXCLUDED),
    }
    return np.stack([by_name[name] for name in CORRECTIONS], 1)
