"""The kinds of trouble that a label may have: four scores in [0, 1], high = this kind applies."""

from dataclasses import dataclass, fields

import numpy as np

from models.arrays import FloatArray, IntArray

NOTHING = ""
# In the order of precedence: field of `Kinds` -> (title that people read, score from which on the kind applies)
NAMES = {
    "out_of_scope": ("out of scope", 0.5),
    "ambiguous": ("ambiguous", 0.5),
    "wrong": ("wrong", 0.5),
    "hard": ("hard but right", 0.5),
}


@dataclass(frozen=True)
class Kinds:
    """Scores of N images, shape (N,) each, float32 in [0, 1]."""

    wrong: FloatArray  # another class fits
    ambiguous: FloatArray  # two classes fit, the given one among them
    out_of_scope: FloatArray  # no class fits
    hard: FloatArray  # the given class fits best, but by little

    def names(self) -> list[str]:
        """Return the title of each image's kind; empty where no kind applies."""
        titles = np.full(len(self.wrong), NOTHING, dtype=object)
        for name, (title, threshold) in reversed(NAMES.items()):
            titles[getattr(self, name) >= threshold] = title
        return [str(title) for title in titles]

    def where(self, rows: IntArray) -> "Kinds":
        """Return the scores of some rows."""
        return Kinds(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def kinds_of(labels: IntArray, probs: FloatArray, label_quality: FloatArray, out_of_scope: FloatArray) -> Kinds:
    """Return the scores of each label: its class, another class and no class compete, and add up to 1.

    Args:
        labels: given class indices, shape (N,).
        probs: out-of-sample probabilities, shape (N, K), rows sum to 1; they share out what is left for other classes.
        label_quality: probability that the given label is right, shape (N,), in [0, 1 - out_of_scope].
        out_of_scope: the score of showing none of the classes, shape (N,), in [0, 1].
    """
    n, n_classes = probs.shape
    alternatives = np.array(probs, np.float32)
    alternatives[np.arange(n), labels] = 0
    best = alternatives.max(1) if n_classes > 1 else np.zeros(n, np.float32)
    another = np.clip(1 - out_of_scope - label_quality, 0, 1)
    wrong = another * best / np.maximum(alternatives.sum(1), 1e-12)
    return Kinds(
        wrong=np.asarray(wrong, np.float32),
        # 1 where both classes have half of the probability, 0.5 where they share it as 1 to 3
        ambiguous=np.asarray(np.minimum(2 * np.minimum(label_quality, wrong), 1), np.float32),
        out_of_scope=np.asarray(out_of_scope, np.float32),
        hard=np.asarray(np.where(label_quality >= wrong, another, 0), np.float32),
    )
