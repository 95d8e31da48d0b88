"""Labels and probabilities drawn at random."""

import numpy as np

from models.arrays import FloatArray, IntArray


def random_predictions(seed: int, n: int = 200, n_classes: int = 4) -> tuple[IntArray, FloatArray]:
    """Return labels (N,) and, independent of them, probabilities (N, K)."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_classes, n), rng.dirichlet(np.ones(n_classes), n).astype(np.float32)
