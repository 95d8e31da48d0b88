"""A label among those of its class: by hand, and what never changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.class_odds import among_its_class


def test_a_hard_class_is_excused() -> None:
    labels = np.repeat([0, 1], 1000)
    probabilities = np.repeat([0.9, 0.6], 1000).astype(np.float32)
    quality = among_its_class(probabilities, labels, np.ones(2000, bool), np.ones(2000, np.float32))
    # Odds 9 and 1.5, of all images on average 3: (1000 of 1010) of the difference in log-odds is taken out.
    expected = 3 * (np.array([9, 1.5]) / 3) ** (10 / 1010)
    assert (quality / (1 - quality))[[0, 1000]] == pytest.approx(expected, rel=1e-4)


def test_learned_images_and_others_are_two_cases() -> None:
    learn = np.repeat([True, False], 500)
    probabilities = np.repeat([0.9, 0.7], 500).astype(np.float32)
    quality = among_its_class(probabilities, np.zeros(1000, np.int64), learn, np.ones(1000, np.float32))
    assert quality[0] == pytest.approx(quality[-1], abs=0.02)


def test_wrong_labels_do_not_excuse_each_other() -> None:
    """A third of a class is another class: the models' trust keeps these labels out of the mean."""
    labels = np.repeat([0, 1], 300)
    probabilities = np.full(600, 0.9, np.float32)
    probabilities[:100] = 0.02
    trust = np.where(probabilities > 0.5, 1, 0.1).astype(np.float32)
    quality = among_its_class(probabilities, labels, np.ones(600, bool), trust)
    assert quality[0] < 0.03
    assert quality[299] < 0.95


def test_one_image_of_a_class_is_hardly_shifted() -> None:
    labels = np.array([0] * 99 + [1])
    probabilities = np.array([0.9] * 99 + [0.1], np.float32)
    quality = among_its_class(probabilities, labels, np.ones(100, bool), np.ones(100, np.float32))
    assert quality[-1] == pytest.approx(0.1, abs=0.05)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.sampled_from([1, 2, 1000]))
def test_a_probability_in_the_order_of_its_class(seed: int, n: int, n_classes: int) -> None:
    rng = np.random.default_rng(seed)
    labels, learn, probabilities = rng.integers(0, n_classes, n), rng.random(n) < 0.7, rng.random(n).astype(np.float32)
    probabilities[: n // 4] = rng.integers(0, 2, n // 4)
    trust = rng.random(n).astype(np.float32)
    quality = among_its_class(probabilities, labels, learn, trust)
    assert quality.dtype == np.float32
    assert ((quality >= 0) & (quality <= 1)).all()
    for label in set(labels.tolist()):
        rows = np.flatnonzero((labels == label) & learn)
        assert (np.diff(quality[rows[np.argsort(probabilities[rows])]]) >= -1e-6).all()
    order = rng.permutation(n)
    np.testing.assert_allclose(
        among_its_class(probabilities[order], labels[order], learn[order], trust[order]), quality[order], atol=1e-6
    )
