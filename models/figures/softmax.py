"""Probabilities of logits."""

from typing import Any

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray


def softmax(logits: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """Return exp(logits) brought to sum 1 along the last axis: same shape (..., K), float32 in [0, 1]."""
    odds = logits - logits.max(-1, keepdims=True)  # or the exponential of a large logit would overflow
    np.exp(odds, out=odds)
    odds /= odds.sum(-1, keepdims=True)
    return np.asarray(odds, np.float32)
