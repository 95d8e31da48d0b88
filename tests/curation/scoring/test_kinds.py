"""Kinds of trouble by hand, and their range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.kinds import NAMES, kinds_of
from tests.curation.scoring.test_scores import problem


def test_by_hand() -> None:
    probs = np.array(
        [[0.98, 0.01, 0.01], [0.05, 0.9, 0.05], [0.45, 0.5, 0.05], [0.4, 0.3, 0.3], [0.9, 0.05, 0.05]], np.float32
    )
    scope = np.array([0, 0, 0, 0, 0.9], np.float32)
    kinds = kinds_of(np.zeros(5, np.int64), probs, probs[:, 0] * (1 - scope), scope)
    assert kinds.names() == ["", "wrong", "ambiguous", "ambiguous", "out of scope"]
    assert kinds.wrong.tolist() == pytest.approx([0.01, 0.9, 0.5, 0.3, 0.005])
    assert kinds.ambiguous.tolist() == pytest.approx([0.02, 0.1, 0.9, 0.6, 0.01])
    assert kinds.hard.tolist() == pytest.approx([0.02, 0, 0, 0.6, 0.01])
    six = np.array([[0.22, *[0.78 / 5] * 5]], np.float32)
    flat = kinds_of(np.zeros(1, np.int64), six, six[:, 0], np.zeros(1, np.float32))
    assert flat.names() == ["hard but right"]


def test_a_label_that_its_copy_contradicts_is_wrong() -> None:
    probs = np.array([[0.4, 0.3, 0.3]], np.float32)
    kinds = kinds_of(np.zeros(1, np.int64), probs, np.array([0.1], np.float32), np.zeros(1, np.float32))
    assert kinds.wrong.tolist() == pytest.approx([0.45])  # half of what is left, as the models share it out
    assert kinds.ambiguous.tolist() == pytest.approx([0.2])
    assert kinds.hard.tolist() == [0]


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.sampled_from([0.01, 1.0, 300.0]))
def test_between_0_and_1(seed: int, n_classes: int, sharpness: float) -> None:
    labels, probs = problem(15, n_classes, seed, sharpness)
    scope, share = np.random.default_rng(seed).random((2, 15)).astype(np.float32)
    quality = share * (1 - scope)
    kinds = kinds_of(labels, probs, quality, scope)
    assert (quality + kinds.wrong + kinds.out_of_scope <= 1 + 1e-5).all()
    for name in NAMES:
        scores = getattr(kinds, name)
        assert scores.dtype == np.float32
        assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    assert len(kinds.names()) == 15
