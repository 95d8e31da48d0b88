"""Label quality as a probability that can be counted with."""

import numpy as np

from models.arrays import FloatArray

_EDGE = 1e-6  # nothing is surer than this
_WIDEST = 40.0  # log-odds by which the scores may be off


def adding_up(label_quality: FloatArray, n_wrong: float) -> FloatArray:
    """Return label quality moved so that 1 - quality adds up to the estimated number of wrong labels, shape (N,).

    The order stays. The probabilities of models are those of the given label, which they doubt more often than it is
    wrong: by their sum a third of CIFAR-10's human labels were wrong where a sixth are. All log-odds are moved alike.

    Args:
        label_quality: shape (N,), in [0, 1], low = suspicious.
        n_wrong: how many labels are estimated wrong; kept within what log-odds of 40 allow.
    """
    wrong = np.clip(1 - np.asarray(label_quality, np.float64), _EDGE, 1 - _EDGE)
    odds = np.log(wrong) - np.log1p(-wrong)
    low, high = -_WIDEST, _WIDEST
    for _ in range(60):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(odds + middle)))).sum() > n_wrong:
            high = middle
        else:
            low = middle
    return np.asarray(1 - 1 / (1 + np.exp(-(odds + low))), np.float32)
