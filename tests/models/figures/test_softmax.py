"""Softmax by hand, against scipy, and for logits that overflow."""

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax

from models.figures.softmax import softmax


def test_by_hand() -> None:
    assert softmax(np.log([[1.0, 3.0], [2.0, 2.0]])) == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_last_axis_of_any_shape_and_its_input_stays(dtype: type[np.floating]) -> None:
    logits = np.random.default_rng(0).normal(0, 5, (3, 4, 5)).astype(dtype)
    kept = logits.copy()
    probs = softmax(logits)
    assert probs.dtype == np.float32
    np.testing.assert_allclose(probs, scipy_softmax(logits, axis=-1), rtol=1e-5, atol=1e-7)
    assert np.array_equal(logits, kept)


def test_large_logits() -> None:
    assert softmax(np.array([[1e4, 0.0], [-1e4, 0.0]])).tolist() == [[1, 0], [0, 1]]
