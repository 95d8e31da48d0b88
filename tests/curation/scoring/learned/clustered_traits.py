"""Traits of images that need no audit: a few clusters of looks, some of them with labels in doubt."""

import numpy as np

from curation.scoring.findings import judge_labels
from curation.scoring.learned.lesson import RIGHT, Answers
from curation.scoring.learned.order import Looks
from curation.scoring.learned.traits import Traits, sight_of, traits_of
from models.arrays import IntArray


def clustered(n: int = 400, n_classes: int = 3, seed: int = 0, seen: bool = True) -> tuple[Traits, IntArray]:
    """Return traits of n images and their cluster: 0 to K-1 show a class, K shows none and is labelled at random.

    Args:
        n: images.
        n_classes: K.
        seed: of all draws.
        seen: whether there are embeddings.
    """
    random = np.random.default_rng(seed)
    cluster = np.where(random.random(n) < 0.1, n_classes, random.integers(0, n_classes, n))
    labels = np.where(cluster < n_classes, cluster, random.integers(0, n_classes, n))
    centres = 3 * random.standard_normal((n_classes + 1, 8))
    embeddings = np.asarray(centres[cluster] + 0.5 * random.standard_normal((n, 8)), np.float32)
    odds = random.standard_normal((n, n_classes))
    odds[np.arange(n), labels] += 2.0
    probs = np.asarray(np.exp(odds) / np.exp(odds).sum(1, keepdims=True), np.float32)
    learn = np.ones(n, bool)
    findings = judge_labels(labels, n_classes, learn, np.arange(n), {"model": probs}, {})
    return traits_of(labels, findings, sight_of([embeddings] if seen else [], n)), np.asarray(cluster, np.int64)


def looks_at(traits: Traits, rows: IntArray, kinds: IntArray) -> Looks:
    """Return selected looks with these answers; a right label shows its class."""
    shown = np.zeros((len(rows), traits.probs.shape[1]), np.float32)
    right = np.flatnonzero(kinds == RIGHT)
    shown[right, traits.labels[rows[right]]] = 1
    return Looks(rows, kinds, shown, np.ones(len(rows), bool), np.zeros(len(rows), bool), np.arange(len(rows)) + 1)


def answers(traits: Traits, rows: IntArray, kinds: IntArray) -> Answers:
    """Return the same as answers."""
    return looks_at(traits, rows, kinds).answers(len(rows))
