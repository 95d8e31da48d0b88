"""Pooled opinions by hand, and the weights they get."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.pooling import pooled, pooling_weights
from tests.curation.scoring.test_scores import problem


def test_by_hand() -> None:
    sure, unsure = np.array([[0.8, 0.2]], np.float32), np.array([[0.5, 0.5]], np.float32)
    np.testing.assert_allclose(pooled([sure], np.array([1.0])), sure, atol=1e-6)
    np.testing.assert_allclose(pooled([sure, unsure], np.array([0.5, 0.5])), [[2 / 3, 1 / 3]], atol=1e-6)  # sqrt(4) : 1
    np.testing.assert_allclose(pooled([sure, sure], np.array([1.0, 1.0])), [[16 / 17, 1 / 17]], atol=1e-6)


def test_a_good_voter_outweighs_a_random_one_and_an_overconfident_one_is_toned_down() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 500)
    good = np.full((500, 3), 0.1, np.float32)
    good[np.arange(500), labels] = 0.8
    wrong = rng.random(500) < 0.2  # it is right for 80 %, as it says
    good[wrong] = np.roll(good[wrong], 1, axis=1)
    noise = rng.dirichlet(np.ones(3), 500).astype(np.float32)
    learn = np.ones(500, bool)
    weights = pooling_weights([good, noise], labels, learn)
    assert weights[0] > 0.9
    assert weights[1] < 0.1
    sure = good**4 / (good**4).sum(1, keepdims=True)
    assert pooling_weights([sure], labels, learn)[0] < 0.35


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.sampled_from([0.1, 1.0, 300.0]))
def test_always_probabilities(seed: int, n_classes: int, sharpness: float) -> None:
    labels, first = problem(20, n_classes, seed, sharpness)
    second = problem(20, n_classes, seed + 1, sharpness)[1]
    weights = pooling_weights([first, second], labels, np.arange(20) < 15)
    assert (weights >= 0).all()
    together = pooled([first, second], weights)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together.sum(1), 1, atol=1e-5)


def test_nothing_to_fit_on() -> None:
    labels, one = problem(4, 3, 0)
    assert pooling_weights([one, one], labels, np.zeros(4, bool)).tolist() == [0.5, 0.5]
