"""Label quality that adds up, in the same order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.expected_errors import adding_up


@given(st.integers(0, 2**32 - 1), st.integers(2, 200), st.floats(0.05, 0.95))
def test_adds_up_in_the_same_order(seed: int, n: int, share: float) -> None:
    quality = np.random.default_rng(seed).random(n).astype(np.float32)
    moved = adding_up(quality, share * n)
    assert (1 - moved).sum() == pytest.approx(share * n, abs=1e-2)
    assert (np.diff(moved[np.argsort(quality, kind="stable")]) >= 0).all()
    assert ((moved >= 0) & (moved <= 1)).all()


def test_by_hand() -> None:
    np.testing.assert_allclose(adding_up(np.array([0.5, 0.5], np.float32), 0.5), 0.75, atol=1e-6)
    np.testing.assert_allclose(adding_up(np.array([0.8, 0.2], np.float32), 1.0), [0.8, 0.2], atol=1e-6)  # as it was
    # Odds of 1 to 1 and 4 to 1 of being wrong, each a third of that, add up to 1/4 + 4/7.
    np.testing.assert_allclose(adding_up(np.array([0.5, 0.2], np.float32), 1 / 4 + 4 / 7), [3 / 4, 3 / 7], atol=1e-6)


def test_none_and_all() -> None:
    quality = np.array([0.1, 0.9, 0.0, 1.0], np.float32)
    assert (1 - adding_up(quality, 0)).sum() == pytest.approx(0, abs=1e-6)
    assert (1 - adding_up(quality, 4)).sum() == pytest.approx(4, abs=1e-6)
    assert adding_up(quality[:0], 0).shape == (0,)
