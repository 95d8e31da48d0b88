"""The accuracy that drawn looks speak for: by hand, and in simulated reviews."""

import numpy as np
import pytest

from curation.comparison.drawn_accuracy import drawn_accuracy
from curation.review.drawn_looks import draw_order, inclusion, review_queue
from models.errors import ErrataError
from models.figures.metrics import wilson_interval


def masks(*values: int) -> np.ndarray:
    return np.array(values, bool)


def test_by_hand() -> None:
    # Two images for certain (one right), four others, two of them drawn, with weights 2 (right) and 4 (wrong).
    right = np.array([1.0, 0, 1, 0, 1, 1])
    estimate = drawn_accuracy(right, masks(1, 1, 1, 1, 0, 0), np.array([1, 1, 0.5, 0.25, 0.5, 0.5]))
    share = 2 / 6
    assert estimate.accuracy == pytest.approx((1 + 4 * share) / 6)
    effective = 36 / 20  # Kish: (2 + 4)^2 / (4 + 16), rounded down to 1
    low, high = wilson_interval(share * int(effective), int(effective))
    assert (estimate.low, estimate.high) == pytest.approx(((1 + 4 * low) / 6, (1 + 4 * high) / 6))
    assert (estimate.drawn, estimate.certain) == (2, 2)
    assert estimate.note == "too few: only 2 looks were drawn at random"


def test_all_judged_is_no_estimate() -> None:
    estimate = drawn_accuracy(np.array([1.0, 0.5]), masks(1, 1), np.ones(2))
    assert estimate[:5] == (0.75, 0.75, 0.75, 0, 2)


def test_nothing_drawn() -> None:
    estimate = drawn_accuracy(np.array([1.0, 1, 1, 0]), masks(1, 0, 0, 0), np.array([1.0, 0, 0, 0]))
    assert estimate.accuracy is None
    assert (estimate.low, estimate.high) == (0.25, 1.0)  # whatever the three others are
    assert estimate.note.startswith("no look was drawn")


def test_enough_looks_say_nothing_more() -> None:
    estimate = drawn_accuracy(np.ones(100), np.arange(100) < 40, np.full(100, 0.4))
    assert (estimate.accuracy, estimate.note) == (1.0, "")


def test_shapes() -> None:
    with pytest.raises(ErrataError, match="expected the same"):
        drawn_accuracy(np.ones(3), masks(1, 0), np.ones(3))


def test_simulated_reviews_are_unbiased_and_covered() -> None:
    """However the ranking favours a network, drawn looks are right on average; the plain figure is not."""
    random, n, looks = np.random.default_rng(3), 400, 150
    estimates, covered, naive = [], 0, []
    for seed in range(200):
        quality = random.random(n).astype(np.float32)
        wrong = random.random(n) < 0.6 * (1 - quality)  # given labels
        follows = wrong & (random.random(n) < 0.8)  # where the network says what is true
        right_given = np.where(wrong, ~follows, random.random(n) < 0.9)
        truth = np.where(wrong, follows, right_given)  # by true labels
        names = np.array([f"{i:03d}" for i in range(n)])
        order = draw_order(names, quality, seed)
        laid = review_queue(quality, order, np.zeros(n, bool), share=0.3)
        looked, drawn = np.zeros(n, bool), np.zeros(n, bool)
        looked[laid.rows[:looks]], drawn[laid.rows[:looks]] = True, laid.drawn[:looks]
        curated = np.where(looked, truth, right_given)
        estimate = drawn_accuracy(curated.astype(float), looked, inclusion(quality, order, looked, drawn))
        assert estimate.accuracy is not None
        estimates.append(estimate.accuracy - truth.mean())
        naive.append(curated.mean() - truth.mean())
        covered += estimate.low <= truth.mean() <= estimate.high
    assert abs(np.mean(estimates)) < 3 * np.std(estimates) / 200**0.5
    assert abs(np.mean(naive)) > 10 * np.std(naive) / 200**0.5
    assert covered >= 184  # 95 % of 200 is 190; two standard deviations below
