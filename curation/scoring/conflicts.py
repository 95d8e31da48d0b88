"""Copies of one picture with different labels: at most one is right, unless two classes fit or the pictures differ."""

import numpy as np

from models.arrays import FloatArray, IntArray

# How often both labels of a picture are right although the models see one class: a street with buildings. One in five
# is a guess, and it bounds what a copy can do: it divides the odds of a label by five at most.
BOTH_RIGHT = 0.2


def weigh_conflicts(labels: IntArray, groups: IntArray, label_quality: FloatArray, probs: FloatArray) -> FloatArray:
    """Return the label quality of each label, given the labels of its copies.

    Let a and b be the labels of two copies, right with probability q(a) and q(b) as far as each is judged alone. There
    are four cases: only a is right, only b, neither, or both; the last one remains possible with probability t. After
    normalising over the four, the odds of a are its odds before times 1 - (1 - t) q(b): a doubted label of a copy says
    little, a believed one much. t is 1 where two classes fit (both have half of the probability), and where the models
    see nothing in common in the two pictures, as among near copies that only look alike. In all other cases it is at
    least `BOTH_RIGHT`.

    Args:
        labels: given class indices, shape (N,).
        groups: copies share a number, shape (N,); see `curation.images.duplicates.Duplicates.groups`.
        label_quality: shape (N,), in [0, 1], low = suspicious, without regard to copies.
        probs: probabilities of the classes, shape (N, K), rows sum to 1.

    Returns:
        shape (N,), float32 in [0, 1], nowhere higher. Unchanged without a copy of another label. Of several copies with
        the same other label the most convincing one counts, once: labels that were copied with the picture are no new
        evidence.
    """
    before = np.asarray(label_quality, np.float32)
    quality = before.copy()
    for rows in _conflicts(labels, groups):
        for row in rows:
            quality[row] = _without(
                before[row], _ruled_out(row, rows[labels[rows] != labels[row]], labels, before, probs)
            )
    return quality


def _conflicts(labels: IntArray, groups: IntArray) -> list[IntArray]:
    """Return the rows of each group whose labels differ."""
    order = np.argsort(groups, kind="stable")
    runs = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return [run for run in runs if len(run) > 1 and (labels[run] != labels[run[0]]).any()]


def _ruled_out(row: int, others: IntArray, labels: IntArray, quality: FloatArray, probs: FloatArray) -> float:
    """Return the probability that a label of its copies rules the label of a row out."""
    given, claimed = probs[row, labels[row]], probs[row, labels[others]]
    fits_one = 1 - np.minimum(1, 2 * np.minimum(given, claimed))
    same_picture = np.minimum(probs[row], probs[others]).sum(1)
    claims = quality[others] * fits_one * np.minimum(1, same_picture) * (1 - BOTH_RIGHT)
    strongest = [float(claims[labels[others] == label].max()) for label in np.unique(labels[others])]
    return float(1 - np.prod([1 - claim for claim in strongest]))


def _without(quality: float, ruled_out: float) -> float:
    """Return the probability with its odds reduced by the share of cases that are ruled out."""
    left = quality * (1 - ruled_out)
    return left / max(left + 1 - quality, 1e-12)
