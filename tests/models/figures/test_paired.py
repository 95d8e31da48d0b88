"""Paired tests and bootstrap: by hand, and against scipy and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from models.errors import ErrataError
from models.figures.paired import best_shares, bootstrap_shares, differ_share, holm, mcnemar, middle, seed_means


def outcomes(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Return whether two classifiers are right, so many images of each kind."""
    first_right = np.repeat([True, True, False, False], [both, first, second, neither])
    second_right = np.repeat([True, False, True, False], [both, first, second, neither])
    return first_right, second_right


def test_mcnemar_by_hand() -> None:
    # Of 6 images that only one gets right, 1 : 5. P(at most 1 of 6) = (1 + 6) / 64, twice that.
    assert mcnemar(*outcomes(10, 1, 5, 3)) == (1, 5, 14 / 64)
    assert mcnemar(*outcomes(10, 5, 1, 3)) == (5, 1, 14 / 64)
    assert mcnemar(*outcomes(2, 0, 1, 0)) == (0, 1, 1.0)
    assert mcnemar(*outcomes(7, 3, 3, 0)).p == 1.0  # 2 x (1 + 6 + 15 + 20) / 64 is more than 1
    assert mcnemar(*outcomes(7, 0, 0, 2)) == (0, 0, 1.0)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_mcnemar_is_that_of_scipy_and_statsmodels(first: int, second: int, both: int) -> None:
    ours = mcnemar(*outcomes(both, first, second, 1))
    if first + second:
        assert ours.p == pytest.approx(binomtest(first, first + second, 0.5).pvalue, rel=1e-9)
    table = [[both, first], [second, 1]]
    assert ours.p == pytest.approx(statsmodels_mcnemar(table, exact=True).pvalue, rel=1e-9)


def test_mcnemar_of_many_images_does_not_overflow() -> None:
    ours = mcnemar(*outcomes(0, 3000, 2800, 0))
    assert ours.p == pytest.approx(binomtest(3000, 5800, 0.5).pvalue, rel=1e-9)
    assert mcnemar(*outcomes(0, 5000, 0, 0)).p == 0.0  # 2^-4999 is below the smallest float


def test_mcnemar_refuses_other_images() -> None:
    with pytest.raises(ErrataError, match="the same"):
        mcnemar(np.ones(3, bool), np.ones(4, bool))


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])  # 3 x .01; 2 x .03; max(1 x .04, .06)
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@settings(max_examples=5)  # statsmodels takes a seventh of a second for each
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(thousandths: list[int]) -> None:
    p_values = [value / 1000 for value in thousandths]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_p_value(bad: float) -> None:
    with pytest.raises(ErrataError, match="expected 0 to 1"):
        holm([0.5, bad])


def test_bootstrap_has_the_spread_of_the_binomial() -> None:
    values = np.zeros((2, 400), bool)
    values[0, :300] = True  # 75 %
    values[1, 40:300] = True  # 65 %, never right where the first is not
    shares = bootstrap_shares(values, draws=20_000)
    assert shares.shape == (20_000, 2)
    assert shares.mean(0) == pytest.approx([0.75, 0.65], abs=0.001)
    assert shares[:, 0].std() == pytest.approx(math.sqrt(0.75 * 0.25 / 400), rel=0.03)
    difference = shares[:, 0] - shares[:, 1]
    assert (difference >= 0).all()  # the same images for both
    assert difference.std() == pytest.approx(math.sqrt(0.1 * 0.9 / 400), rel=0.03)
    low, high = middle(difference)
    # Of the binomial with n = 400 and share 0.1 the quantiles are 29 and 52 images.
    assert (low, high) == pytest.approx((29 / 400, 52 / 400), abs=1.5 / 400)


def test_bootstrap_is_that_of_drawing_image_by_image() -> None:
    random = np.random.default_rng(5)
    values = random.random((3, 37)) < np.array([[0.9], [0.8], [0.5]])
    plain = values[:, random.integers(37, size=(20_000, 37))].mean(2).T  # the textbook way
    ours = bootstrap_shares(values, draws=20_000, seed=1)
    assert ours.mean(0) == pytest.approx(plain.mean(0), abs=0.003)
    assert np.cov(ours.T) == pytest.approx(np.cov(plain.T), abs=3e-4)


def test_bootstrap_repeats_and_follows_its_seed() -> None:
    values = np.random.default_rng(0).random((2, 20)) < 0.7
    assert np.array_equal(bootstrap_shares(values, 50), bootstrap_shares(values, 50))
    assert not np.array_equal(bootstrap_shares(values, 50), bootstrap_shares(values, 50, seed=1))


def test_bootstrap_needs_an_image() -> None:
    with pytest.raises(ErrataError, match="an image at least"):
        bootstrap_shares(np.zeros((2, 0), bool))


def test_seed_means() -> None:
    shares = np.tile([0.1, 0.5, 0.9], (4000, 1))
    means = seed_means(shares, [[0], [1, 2]])
    assert (means[:, 0] == 0.1).all()  # one seed: only the images are drawn
    assert sorted(set(means[:, 1].round(6).tolist())) == [0.5, 0.7, 0.9]  # both, or one of them twice
    assert np.mean(means[:, 1].round(6) == 0.7) == pytest.approx(0.5, abs=0.03)


def test_best_shares_by_hand() -> None:
    scores = np.array([[0.9, 0.8, 0.7], [0.5, 0.5, 0.4], [0.1, 0.2, 0.3], [0.6, 0.1, 0.6 + 1e-15]])
    assert best_shares(scores) == pytest.approx([(1 + 0.5 + 0 + 0.5) / 4, 0.5 / 4, (1 + 0.5) / 4])


def test_differ_share_by_hand() -> None:
    first = np.array([[0.9, 0.8], [0.5, 0.5], [0.5, 0.5], [0.1, 0.2]])
    second = np.array([[0.1, 0.2], [0.5, 0.5], [0.4, 0.5], [0.1, 0.2]])
    # Another one; the same tie, told apart by the same lot; one of two that tied: half; the same one.
    assert differ_share(first, second) == pytest.approx((1 + 0 + 0.5 + 0) / 4)
    assert differ_share(first, first) == 0
