"""What people said of the labels, as far as the judge of labels learns from it."""

from dataclasses import dataclass

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray

WEIGHT = 3.0  # of a label that a person settled, against 1 at most of the others; chosen on `scenes` and half of roman
FEWEST = 3  # images that people say show no class, from which on "none of these" is a class to tell


@dataclass(frozen=True)
class Lessons:
    """The labels of N images to learn from, and for which of them a person answers: of training images only."""

    labels: IntArray  # (N,) 0..K-1; the given ones where nobody says otherwise
    confirmed: BoolArray  # (N,) a person says that this label is right: it is trusted fully
    left_out: BoolArray  # (N,) a person says that no single class is right: no class learns from the image
    strange: BoolArray  # (N,) of these, the images that show none of the classes, as a person says

    @property
    def taught(self) -> BoolArray:
        """Which images a person has settled, shape (N,)."""
        return self.confirmed | self.left_out

    def with_none_of_these(self, n_classes: int, learn: BoolArray) -> tuple[IntArray, int, BoolArray]:
        """Return labels, number of classes and learning rows with "none of these" as class K, shapes (N,).

        Args:
            n_classes: K.
            learn: whose labels may be learned from, shape (N,).

        Returns:
            K stays the number of classes where people found fewer than 3 such images among those to learn from.
        """
        fit, strange = learn & ~self.left_out, learn & self.strange
        if strange.sum() < FEWEST:
            return self.labels, n_classes, fit
        return np.where(self.strange, n_classes, self.labels), n_classes + 1, fit | strange


def as_given(labels: IntArray) -> Lessons:
    """Return the lessons of a data set that nobody has looked at: the given labels, shape (N,)."""
    nothing = np.zeros(len(labels), np.bool_)
    return Lessons(labels, nothing, nothing, nothing)


def apart(probs: FloatArray, n_classes: int) -> tuple[FloatArray, FloatArray]:
    """Return the probabilities of the K classes, shape (N, K), rows sum to 1, and of "none of these", shape (N,).

    Args:
        probs: shape (N, K) or, with "none of these" as the last class, (N, K + 1).
        n_classes: K.
    """
    of_classes, none = probs[:, :n_classes], probs[:, n_classes:].sum(1)
    total = np.maximum(of_classes.sum(1, keepdims=True), 1e-12)
    return np.asarray(of_classes / total, np.float32), np.asarray(none, np.float32)
