"""Simulated reviews by several people: what cleanlab.multiannotator (CROWDLAB) says of reviewers and disputed images.

`python -m tests.benchmarks.bench_reviewers [REVIEWS]`. The figures are in docs/adr/0009-no-consensus.md.
"""

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from cleanlab.multiannotator import get_label_quality_multiannotator

from models.arrays import BoolArray, FloatArray, IntArray

CLASSES = 6
WRONG = 0.3  # of the given labels under review: people begin with the suspicious ones
Votes = npt.NDArray[np.float64]  # (images, reviewers), NaN where somebody did not look


@dataclass(frozen=True)
class World:
    """Images with their true, given and most probable class, and what the models say."""

    truth: IntArray
    given: IntArray
    likely: IntArray
    probs: FloatArray


def world(n: int, model_accuracy: float, random: np.random.Generator) -> World:
    """Return n images, of which the models get a share right."""
    truth = random.integers(0, CLASSES, n)
    given = np.where(random.random(n) < WRONG, _another(truth, random), truth)
    likely = np.where(random.random(n) < model_accuracy, truth, _another(truth, random))
    logits = random.normal(0, 1, (n, CLASSES))
    logits[np.arange(n), likely] += 3
    odds = np.exp(logits)
    return World(truth, given, likely, odds / odds.sum(1, keepdims=True))


def careful(images: World, accuracy: float, random: np.random.Generator) -> IntArray:
    """Return the labels of a reviewer who looks; most errors are the given class or the one that the models say."""
    kind = random.random(len(images.truth))
    error = np.where(kind < 0.45, images.given, np.where(kind < 0.9, images.likely, _another(images.truth, random)))
    error = np.where(error == images.truth, _another(images.truth, random), error)
    return np.where(random.random(len(images.truth)) < accuracy, images.truth, error)


def accepting(images: World, random: np.random.Generator) -> IntArray:
    """Return the labels of a reviewer who accepts 95 % of what the models say and keeps the other labels."""
    return np.where(random.random(len(images.truth)) < 0.95, images.likely, images.given)


def shared_out(labels: list[IntArray], overlap: float, random: np.random.Generator) -> Votes:
    """Return who says what: every reviewer sees a share of the images, the rest are seen by one of them."""
    n = len(labels[0])
    together, owner = random.random(n) < overlap, random.integers(0, len(labels), n)
    return np.stack([np.where(together | (owner == i), own, np.nan) for i, own in enumerate(labels)], 1)


def measure(name: str, n: int, overlap: float, model_accuracy: float, reviews: int, accuracies: list[float]) -> None:
    """Print a row of the table; an accuracy of 0 is the accepting reviewer."""
    reliability, first, right, plain, confidence = [], [], [], [], []
    for seed in range(reviews):
        random = np.random.default_rng(seed)
        images = world(n, model_accuracy, random)
        labels = [careful(images, share, random) if share else accepting(images, random) for share in accuracies]
        votes = shared_out(labels, overlap, random)
        result = get_label_quality_multiannotator(votes, images.probs, verbose=False, return_detailed_quality=False)
        estimates = result["annotator_stats"]["annotator_quality"].sort_index().to_numpy()
        reliability.append(estimates)
        first.append(int(np.argmax(estimates)) == int(np.argmax(accuracies)))
        disputed = _disputed(votes)
        table = result["label_quality"][disputed]
        right += (table["consensus_label"].to_numpy() == images.truth[disputed]).tolist()
        plain += (_majority(votes, images.probs)[disputed] == images.truth[disputed]).tolist()
        confidence += table["consensus_quality_score"].tolist()
    estimated = " / ".join(f"{share:.2f}" for share in np.mean(reliability, 0))
    print(
        f"| {name} | {n}, {overlap:.0%} | {model_accuracy:.0%} | {estimated} | {sum(first)} of {reviews} "
        f"| {len(right) / reviews:.0f} | {np.mean(right):.2f} | {np.mean(plain):.2f} | {np.mean(confidence):.2f} |"
    )


def _another(labels: IntArray, random: np.random.Generator) -> IntArray:
    return (labels + random.integers(1, CLASSES, len(labels))) % CLASSES


def _disputed(votes: Votes) -> BoolArray:
    return np.array([len(np.unique(row[~np.isnan(row)])) > 1 for row in votes], np.bool_)


def _majority(votes: Votes, probs: FloatArray) -> IntArray:
    """Return the class that most reviewers name; of equally many the one that the models find more probable."""
    labels = []
    for row, own in zip(votes, probs, strict=True):
        names, counts = np.unique(row[~np.isnan(row)].astype(int), return_counts=True)
        labels.append(max(zip(counts, own[names], names, strict=True))[2])
    return np.array(labels, np.int64)


def main(reviews: int) -> None:
    """Print the table."""
    print("| reviewers | images, overlap | models right | estimated | best first | disputed | right | plain | sure |")
    print("|---|---|---|---|---|---|---|---|---|")
    for n, overlap in ((100, 0.3), (200, 0.25), (300, 0.1)):
        for models in (0.9, 0.7):
            measure("0.95 and 0.8", n, overlap, models, reviews, [0.95, 0.8])
            measure("0.95, 0.9 and 0.7", n, overlap, models, reviews, [0.95, 0.9, 0.7])
            measure("0.95 and one who accepts", n, overlap, models, reviews, [0.95, 0.0])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
