"""What may be the trouble with a label: four scores in [0, 1], each high = this is it."""

from dataclasses import dataclass, fields

import numpy as np

from models.arrays import FloatArray, IntArray

NOTHING = ""
# In the order of precedence: field of `Kinds` -> (what people read, from which score on it counts)
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
        """Return the kind of each image, as people read it; empty where nothing is the matter."""
        found = np.full(len(self.wrong), NOTHING, dtype=object)
        for name, (said, least) in reversed(NAMES.items()):
            found[getattr(self, name) >= least] = said
        return [str(said) for said in found]

    def where(self, rows: IntArray) -> "Kinds":
        """Return the scores of some rows."""
        return Kinds(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def kinds_of(labels: IntArray, probs: FloatArray, out_of_scope: FloatArray) -> Kinds:
    """Return what may be the trouble with each label.

    Args:
        labels: given class indices, shape (N,).
        probs: out-of-sample probabilities, shape (N, K), rows sum to 1.
        out_of_scope: the score of showing none of the classes, shape (N,), in [0, 1]; it takes from the others.
    """
    n, n_classes = probs.shape
    given = probs[np.arange(n), labels]
    others = np.array(probs, np.float32)
    others[np.arange(n), labels] = 0
    other = others.max(1) if n_classes > 1 else np.zeros(n, np.float32)
    inside = 1 - out_of_scope
    return Kinds(
        wrong=np.asarray(other * inside, np.float32),
        # 1 where both classes have half of the probability, 0.5 where they share it as 1 to 3
        ambiguous=np.asarray(2 * np.minimum(given, other) * inside, np.float32),
        out_of_scope=np.asarray(out_of_scope, np.float32),
        hard=np.asarray(np.where(given >= other, (1 - given) * inside, 0), np.float32),
    )
