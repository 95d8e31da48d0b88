"""What an image shows if its label is wrong: by the models, and in a review that learns also by the verdicts so far."""

from dataclasses import dataclass

import numpy as np

from curation.review.bench import Bench
from curation.scoring.kinds import NAMES
from curation.scoring.learned.traits import CORRECTIONS
from models.arrays import FloatArray

_DOUBTED = 0.25  # probability of a correction from which on the likeliest one is suggested
_NO_CLASS = "out_of_scope"  # of CORRECTIONS, and of the models' kinds


@dataclass(frozen=True)
class Suggestion:
    """What to say of one image in place of its label."""

    label: int  # the most probable class; the given one where nothing speaks against it
    other: int  # the most probable class besides the given one
    probs: FloatArray  # (K,)
    no_class: bool  # if the label is wrong, the image shows none of the classes rather than another one


def suggestion(bench: Bench, row: int, learns: bool) -> Suggestion:
    """Return what to suggest for an image.

    Args:
        bench: of the review.
        row: of the image.
        learns: whether verdicts take part. They do as soon as the learned order is believed; before, and in orders
            that do not learn, the models alone speak.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    learned = bench.learning.latest() if learns else None
    if learned is None or not learned.believed:
        findings = bench.audit.findings
        probs = findings.probs[row]
        no_class = float(getattr(findings.kinds, _NO_CLASS)[row]) >= NAMES[_NO_CLASS][1]
    else:
        rows = np.array([row])
        probs = learned.probs(rows)[0]
        kinds = learned.kinds_of(rows)[0]
        share = float(kinds[CORRECTIONS.index(_NO_CLASS)] / max(float(kinds.sum()), 1e-9))
        doubted = int(probs.argmax()) != int(bench.audit.rows.labels[row]) or float(kinds.sum()) >= _DOUBTED
        no_class = doubted and share >= NAMES[_NO_CLASS][1]
    besides = np.array(probs)
    besides[bench.audit.rows.labels[row]] = -np.inf
    return Suggestion(int(probs.argmax()), int(besides.argmax()), probs, no_class)
