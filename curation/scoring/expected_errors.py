"""Label quality as a probability: the doubts add up to the estimated number of wrong labels."""

import numpy as np

from models.arrays import Doubles, FloatArray

_EDGE = 1e-6  # no probability is nearer to 0 or 1
_WIDEST = 40.0  # the largest error of the scores, in log-odds


def adding_up(label_quality: FloatArray, n_wrong: float) -> FloatArray:
    """Return label quality shifted so that 1 - quality adds up to the estimated number of wrong labels, shape (N,).

    Models doubt a given label more often than it is wrong: added up, their doubts say that a third of CIFAR-10's human
    labels are wrong, where a sixth are. All log-odds are shifted by the same amount, so the order stays.

    Args:
        label_quality: shape (N,), in [0, 1], low = suspicious.
        n_wrong: how many labels are estimated wrong; kept within what log-odds of 40 allow.
    """
    wrong = np.clip(1 - np.asarray(label_quality, np.float64), _EDGE, 1 - _EDGE)
    odds = np.log(wrong) - np.log1p(-wrong)
    return np.asarray(1 - 1 / (1 + np.exp(-(odds + shift_to(odds, n_wrong)))), np.float32)


def shift_to(odds: Doubles, total: float) -> float:
    """Return what to add to all log-odds so that their probabilities add up to a total; between -40 and 40."""
    low, high = -_WIDEST, _WIDEST
    for _ in range(60):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(odds + middle)))).sum() > total:
            high = middle
        else:
            low = middle
    return low
