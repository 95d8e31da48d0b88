"""One label for each image that several reviewers judged, weighing how reliable each of them and the models are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.state import State
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError

FEWEST_IMAGES = 10  # judged by two or more: with fewer nobody's reliability can be told


@dataclass(frozen=True)
class Consensus:
    """A proposal for n images, for who adjudicates; no label is changed by it."""

    rows: IntArray  # (n,) row numbers, judged by one reviewer or more, by a verdict that names one class
    labels: IntArray  # (n,) 0..K-1, what some reviewer said
    quality: FloatArray  # (n,) in [0, 1], low = doubtful; 0 where CROWDLAB would take a class that nobody named
    reviewers: dict[str, float]  # reliability in [0, 1]; empty where the method is majority
    method: str  # "crowdlab" or "majority"
    note: str  # why it is a majority; empty for crowdlab


def reviewer_consensus(state: State, rows: Rows, probs: FloatArray) -> Consensus:
    """Return the consensus label of each image that has a verdict naming one class (keep, relabel).

    CROWDLAB weighs reviewers by how often they agree with others, and the models by how well they predict what
    reviewers say. It needs two reviewers and FEWEST_IMAGES that both judged, on some of which they agree; else the
    majority counts, the more probable class where votes tie. Where CROWDLAB would take a class that no reviewer
    named, the majority counts too: models do not change labels.

    Args:
        state: of this data set, replayed with its images.
        rows: N images with their given labels.
        probs: out-of-sample class probabilities of the models, shape (N, K), rows sum to 1.

    Raises:
        ErrataError: `probs` are of other rows or classes.

    Source: Goh et al. 2022, arXiv:2210.06812, as in cleanlab.multiannotator.
    """
    if probs.shape != (len(rows), len(rows.classes)):
        raise ErrataError(f"probs have shape {probs.shape}; expected {(len(rows), len(rows.classes))}, a row an image")
    reviewers, votes = _votes(state, rows)  # (N, M), NaN where there is none
    judged = np.flatnonzero(~np.isnan(votes).all(1))
    votes, probs = votes[judged], np.asarray(probs[judged], np.float64)
    majority, share = _majority(votes, probs)
    if note := _why_not(votes):
        return Consensus(judged, majority, share, {}, "majority", note)
    return _crowdlab(judged, reviewers, votes, probs, majority)


def _votes(state: State, rows: Rows) -> tuple[tuple[str, ...], FloatArray]:
    place = {name: number for number, name in enumerate(rows.classes)}
    named: list[dict[str, int]] = []
    for image_id in rows.image_ids:
        verdicts = state.verdicts(str(image_id))
        named.append({who: place[label] for who, one in verdicts.items() if (label := _label(one)) in place})
    reviewers = tuple(sorted({who for own in named for who in own}))
    votes = np.full((len(rows), len(reviewers)), np.nan)
    for row, own in enumerate(named):
        for column, who in enumerate(reviewers):
            votes[row, column] = own.get(who, np.nan)
    return reviewers, votes


def _label(verdict: Decision) -> str | None:
    return verdict.labels[0] if len(verdict.labels) == 1 else None


def _majority(votes: FloatArray, probs: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the class most named and the share of reviewers who name it, each of shape (n,)."""
    labels, shares = np.zeros(len(votes), np.int64), np.zeros(len(votes), np.float32)
    for row, own in enumerate(votes):
        counts = Counter(own[~np.isnan(own)].astype(int).tolist())
        labels[row] = max(sorted(counts), key=lambda name: (counts[name], probs[row, name]))
        shares[row] = counts[int(labels[row])] / counts.total()
    return labels, shares


def _why_not(votes: FloatArray) -> str:
    """Return why CROWDLAB cannot work with these votes; empty where it can."""
    shared = votes[(~np.isnan(votes)).sum(1) > 1]
    if votes.shape[1] < 2:
        return "majority of one reviewer: a consensus takes two or more"
    if len(shared) < FEWEST_IMAGES:
        return f"majority: only {len(shared)} images were judged by two reviewers, CROWDLAB takes {FEWEST_IMAGES}"
    if not any(len(own) > len(set(own)) for own in (row[~np.isnan(row)].tolist() for row in shared)):
        return "majority: no two reviewers agree on any image, so CROWDLAB cannot tell whom to trust"
    return ""


def _crowdlab(
    judged: IntArray, reviewers: Sequence[str], votes: FloatArray, probs: FloatArray, majority: IntArray
) -> Consensus:
    from cleanlab.multiannotator import get_label_quality_multiannotator

    # Classes equally probable would be told apart by NumPy's global generator: make the first a little more probable.
    probs = probs + 1e-9 * np.arange(probs.shape[1])[::-1]
    got = get_label_quality_multiannotator(
        votes, probs / probs.sum(1, keepdims=True), verbose=False, return_detailed_quality=False
    )
    table, stats = got["label_quality"], got["annotator_stats"]
    labels = table["consensus_label"].to_numpy().astype(np.int64)
    quality = table["consensus_quality_score"].to_numpy().astype(np.float32)
    named = (votes == labels[:, None]).any(1)
    reliability = {reviewers[int(column)]: float(own) for column, own in stats["annotator_quality"].items()}
    return Consensus(
        judged, np.where(named, labels, majority), np.where(named, quality, 0), reliability, "crowdlab", ""
    )
