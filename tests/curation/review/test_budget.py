"""How many wrong labels are left: by hand, against oracles, and how often the intervals hold the truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, norm

from curation.review.budget import Budget, Interval, difference, estimate, review_curve
from curation.review.drawn_looks import draw_order, inclusion
from models.arrays import BoolArray, FloatArray
from models.errors import ErrataError
from tests.benchmarks.bench_budget import generate, review

NO = np.zeros(4, np.bool_)
ONE = np.array([False, True, False, False])
HALF = np.full(4, 0.5, np.float32)


def names(n: int) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array([f"{i}.jpg" for i in range(n)], dtype=np.str_)


def plain_sample(n: int, drawn: int, wrong: int, quality: float = 0.5) -> Budget:
    """Return the budget of n images alike, of which some were drawn and some of those are wrong."""
    rows = np.arange(n)
    return estimate(
        np.full(n, quality, np.float32), rows < drawn, rows < wrong, np.full(n, drawn / n), upcoming=rows[drawn:]
    )


def test_difference_by_hand() -> None:
    """(1 - 0.5) / 0.5 = 1 more than guessed, (0 - 0.25) / 0.25 = 1 fewer; without guesses 1 / 0.5 = 2."""
    probability = np.array([0.5, 0.25])
    wrong = np.array([True, False])
    assert difference(wrong, np.array([0.5, 0.25]), probability) == pytest.approx(0)
    assert difference(wrong, np.zeros(2), probability) == pytest.approx(2)


@pytest.mark.parametrize("likely", [[0.9, 0.8, 0.1, 0.1, 0.1, 0.0], [0, 0, 0.5, 0.9, 1, 1]])
def test_the_difference_estimator_is_unbiased_over_all_samples(likely: list[float]) -> None:
    """All 15 pairs of six images, good guesses and guesses upside down: the mean is the truth, 2."""
    wrong, guesses = np.array([True, True, False, False, False, False]), np.array(likely)
    pairs = [np.array(pair) for pair in combinations(range(6), 2)]
    sums = [guesses.sum() + difference(wrong[pair], guesses[pair], np.full(2, 1 / 3)) for pair in pairs]
    assert np.mean(sums) == pytest.approx(2)


def test_a_full_census_is_exact() -> None:
    wrong = np.array([True, False, True, False])
    budget = estimate(HALF, ~NO, wrong, np.ones(4))
    assert (budget.looked, budget.found, budget.ahead) == (4, 2, 0)
    assert budget.total == Interval(2, 2, 2)
    assert budget.left == Interval(0, 0, 0)
    assert budget.next_finds == {50: Interval(0, 0, 0), 100: Interval(0, 0, 0), 200: Interval(0, 0, 0)}
    assert budget.note == "every image has a verdict: the count is exact"


@pytest.mark.parametrize("all_wrong", [False, True])
def test_none_and_all_wrong(all_wrong: bool) -> None:
    wrong = np.full(4, all_wrong)
    assert estimate(HALF, ~NO, wrong, np.ones(4)).total == Interval(4 * all_wrong, 4 * all_wrong, 4 * all_wrong)
    half = plain_sample(200, 100, 100 * all_wrong)
    assert half.total.low >= 190 if all_wrong else half.total.high <= 10


def test_no_verdicts_yet() -> None:
    """The estimate is about the sum of 1 - label_quality, 100 of 1,000; the range says how little that means."""
    budget = estimate(
        np.full(1000, 0.9, np.float32), np.zeros(1000, np.bool_), np.zeros(1000, np.bool_), np.zeros(1000)
    )
    assert budget.total.low == 0
    assert budget.total.expected == pytest.approx(200, abs=100)
    assert budget.total.high > 900
    assert budget.models == pytest.approx(100)
    assert budget.models_next == pytest.approx({50: 5, 100: 10, 200: 20})
    assert budget.note == ""


def test_one_image() -> None:
    budget = estimate(np.array([0.5], np.float32), np.zeros(1, np.bool_), np.zeros(1, np.bool_), np.zeros(1))
    assert (budget.total.low, budget.total.high) == (0, 1)
    assert budget.total.expected == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(("drawn", "wrong"), [(10, 3), (100, 20), (400, 4)])
def test_a_plain_sample_agrees_with_the_beta_binomial(drawn: int, wrong: int) -> None:
    """With images alike it is a plain sample of 2,000; Beta(0.1, 0.1), as vague, is the oracle, same tails."""
    budget, tail = plain_sample(2000, drawn, wrong), 0.025 * (drawn + 1) / (drawn + 10)
    oracle = betabinom(2000 - drawn, wrong + 0.1, drawn - wrong + 0.1)
    width = oracle.ppf(1 - tail) - oracle.ppf(tail)
    assert budget.left.low == pytest.approx(oracle.ppf(tail), abs=0.1 * width)
    assert budget.left.high == pytest.approx(oracle.ppf(1 - tail), abs=0.1 * width)
    assert budget.left.expected == pytest.approx(oracle.mean(), rel=0.1)


@pytest.mark.parametrize(("drawn", "wrong", "quality"), [(0, 0, 0.9), (4, 0, 0.9), (4, 1, 0.5), (40, 39, 0.99)])
def test_the_posterior_is_that_of_numerical_integration(drawn: int, wrong: int, quality: float) -> None:
    """One cell: log-odds normal around those of 1 - quality with variance 4 + 4, verdicts binomial."""
    odds = np.linspace(-40, 40, 80_001)
    share = 1 / (1 + np.exp(-odds))
    weights = norm.pdf(odds, np.log((1 - quality) / quality), 8**0.5) * share**wrong * (1 - share) ** (drawn - wrong)
    mean = (share * weights).sum() / weights.sum()
    n = 1000
    surprise = (wrong - drawn * mean) * (n / drawn - 1) if drawn else 0
    expected = wrong + mean * (n - drawn) + drawn / (drawn + 5) * surprise
    assert plain_sample(n, drawn, wrong, quality).total.expected == pytest.approx(expected, abs=0.015 * n)


def test_what_was_looked_at_for_certain_counts_as_itself() -> None:
    """Picked images beyond the boundary say nothing about the others, however many of them are wrong."""
    quality = np.linspace(0, 1, 400, dtype=np.float32)
    probability, looked = np.full(400, 0.1), np.zeros(400, np.bool_)
    looked[50:90:4] = True
    before = estimate(quality, looked, looked & (quality < 0.15), probability)
    picked = np.arange(400) >= 350
    after = estimate(quality, looked | picked, (looked & (quality < 0.15)) | picked, np.where(picked, 1, probability))
    assert after.found == before.found + 50
    assert after.left.expected < before.left.expected


def test_unsure_counts_as_not_looked_at_and_is_shown() -> None:
    """Of 100 drawn 20 are wrong and 20 unsure: a quarter of those who answered, so a quarter of all."""
    rows = np.arange(1000)
    looked, wrong, unsure = rows < 80, rows < 20, (rows >= 80) & (rows < 100)
    budget = estimate(np.full(1000, 0.5, np.float32), looked, wrong, np.full(1000, 0.1), unsure)
    assert (budget.looked, budget.unsure, budget.drawn, budget.ahead) == (80, 20, 80, 900)
    assert budget.total.expected == pytest.approx(250, abs=5)
    assert "20 unsure count as not looked at" in budget.note


def test_all_seen_but_unsure() -> None:
    looked, unsure = np.array([True, True, True, False]), np.array([False, False, False, True])
    budget = estimate(HALF, looked, ONE, np.ones(4), unsure)
    assert (budget.found, budget.total.low, budget.total.high, budget.ahead) == (1, 1, 2, 0)
    assert budget.next_finds[50] == Interval(0, 0, 0)
    assert budget.note.endswith("1 unsure count as not looked at")


def test_notes_say_what_is_missing() -> None:
    rows = np.arange(100)
    head = estimate(np.linspace(0, 1, 100, dtype=np.float32), rows < 10, rows < 9, (rows < 10).astype(np.float64))
    assert head.note.startswith("no look was drawn at random yet")
    assert plain_sample(100, 8, 2).note == "only 8 looks were drawn at random: the range is wide"
    assert plain_sample(100, 40, 0).note == "no label drawn at random was wrong (n = 40): perhaps none is left"
    assert plain_sample(100, 40, 4).note == ""
    assert plain_sample(1000, 40, 0, quality=0.2).note == "no label drawn at random was wrong (n = 40)"


@pytest.mark.parametrize("kind", ["good", "upside down"])
def test_unbiased_over_seeds(kind: str) -> None:
    """One data set, 60 seeds of the draw order, 200 looks into 600: the mean is the truth, whatever the ranking."""
    quality, wrong = generate(kind, 600, 0.2, np.random.default_rng(1))
    rows = [review(quality, wrong, names(600), seed, (200,))[0][0].total.expected for seed in range(60)]
    noise = np.std(rows) / 60**0.5
    assert np.mean(rows) == pytest.approx(wrong.sum(), abs=3 * noise + 0.03 * wrong.sum())


def test_intervals_hold_the_truth_and_shrink() -> None:
    """Nominally 90 %; at least 85 % of simulated reviews in every group (tests/benchmarks has the long version)."""
    held, forecast, widths = [], [], []
    for kind in ("good", "too suspicious", "hides 40 %", "useless", "upside down"):
        for rate in (0.0, 0.005, 0.17, 0.4):
            for seed in range(4):
                quality, wrong = generate(kind, 500, rate, np.random.default_rng(seed))
                steps = review(quality, wrong, names(500), seed, (0, 20, 100, 400))
                held.append([budget.total.low <= wrong.sum() <= budget.total.high for budget, _ in steps])
                forecast.append(
                    [budget.next_finds[50].low <= n[0] <= budget.next_finds[50].high for budget, n in steps]
                )
                widths.append([budget.total.high - budget.total.low for budget, _ in steps])
    assert (np.mean(held, 0) >= 0.85).all()
    assert (np.mean(forecast, 0) >= 0.85).all()
    assert (np.diff(np.mean(widths, 0)) < 0).all()


def test_each_split_is_estimated_by_itself() -> None:
    quality, wrong = generate("good", 3000, 0.15, np.random.default_rng(2))
    draws = draw_order(names(3000), quality, 0)
    looked = np.isin(np.arange(3000), draws.order[:900])
    probability, test = inclusion(quality, draws, looked, looked), np.arange(3000) % 3 == 0
    for part in (test, ~test):
        total = estimate(quality[part], looked[part], (wrong & looked)[part], probability[part]).total
        assert total.low <= wrong[part].sum() <= total.high
        assert total.expected == pytest.approx(wrong[part].sum(), rel=0.3)


def test_the_forecast_follows_the_queue() -> None:
    """The first of 400 were wrong, so the next most suspicious promise more than the least suspicious."""
    rows = np.arange(400)
    quality, looked, probability = (rows / 400).astype(np.float32), rows < 100, (rows < 100).astype(np.float64)
    best = estimate(quality, looked, rows < 90, probability)
    last = estimate(quality, looked, rows < 90, probability, upcoming=rows[::-1])
    assert best.next_finds[50].expected > last.next_finds[50].expected + 5
    assert best.next_finds[50].expected < best.next_finds[100].expected < best.next_finds[200].expected


def test_proposed_looks_calibrate_wherever_they_stand() -> None:
    """Thirty labels of the middle of the ranking that a learned order proposed were all wrong: so are others there."""
    quality = np.linspace(0, 1, 1_000).astype(np.float32)
    looked = (np.arange(1_000) >= 400) & (np.arange(1_000) < 430)
    inclusion = np.where(looked, 1.0, 0.0)
    picked = estimate(quality, looked, looked, inclusion)
    proposed = estimate(quality, looked, looked, inclusion, proposed=looked)
    assert proposed.left.expected > picked.left.expected + 50
    none = estimate(quality, looked, looked & ~looked, inclusion, proposed=looked)
    assert none.left.expected < picked.left.expected - 50


def test_review_curve() -> None:
    wrong = np.array([True, False, True, True])
    assert review_curve(np.array([2, 1, 2, 0]), wrong).tolist() == [0, 1, 1, 2]
    assert review_curve(np.array([], np.int64), wrong).tolist() == [0]
    with pytest.raises(ErrataError, match="there is no row 4; expected 0 to 3"):
        review_curve(np.array([4]), wrong)


@pytest.mark.parametrize(
    ("quality", "looked", "wrong", "probability", "unsure", "says"),
    [
        (HALF[:0], NO[:0], NO[:0], np.zeros(0), None, "there is no image"),
        (np.array([0.1, np.nan, 0, 0], np.float32), NO, NO, np.zeros(4), None, "label_quality of row 1 is nan"),
        (HALF, NO[:3], NO, np.zeros(4), None, r"looked has shape \(3,\)"),
        (HALF, NO, NO[:3], np.zeros(4), None, r"wrong has shape \(3,\)"),
        (HALF, NO, NO, np.zeros(5), None, r"inclusion has shape \(5,\)"),
        (HALF, NO, NO, np.zeros(4), NO[:2], r"unsure has shape \(2,\)"),
        (HALF, NO, NO, np.full(4, np.nan), None, "inclusion of row 0 is not in 0 to 1"),
        (HALF, ONE, NO, np.zeros(4), None, "inclusion of row 1 is 0 though somebody looked"),
        (HALF, NO, ONE, np.ones(4), None, "wrong of row 1 is true though nobody looked"),
        (HALF, ONE, ONE, np.ones(4), ONE, "unsure of row 1 is true though it has a verdict"),
    ],
)
def test_bad_input_is_refused(
    quality: FloatArray,
    looked: BoolArray,
    wrong: BoolArray,
    probability: np.ndarray[tuple[int], np.dtype[np.float64]],
    unsure: BoolArray | None,
    says: str,
) -> None:
    with pytest.raises(ErrataError, match=says):
        estimate(quality, looked, wrong, probability, unsure)


def test_a_row_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ErrataError, match="there is no row -1"):
        estimate(HALF, NO, NO, np.zeros(4), upcoming=np.array([-1]))


@settings(max_examples=50)
@given(st.integers(1, 80), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.2, 0.6, 1.0]))
def test_bounds_and_order_of_rows(n: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    quality = np.round(rng.random(n), 1).astype(np.float32)  # with ties and exact 0 and 1
    draws, looked, drawn = draw_order(names(n), quality, 0), rng.random(n) < share, rng.random(n) < 0.5
    wrong, order = looked & (rng.random(n) < 0.5), rng.permutation(n)
    probability = inclusion(quality, draws, looked, drawn)
    budget = estimate(quality, looked, wrong, probability)
    assert budget.found <= budget.total.low <= budget.total.expected <= budget.total.high <= budget.found + budget.ahead
    for looks, finds in budget.next_finds.items():
        assert 0 <= finds.low <= finds.expected <= finds.high <= min(looks, budget.ahead)
    moved = estimate(quality[order], looked[order], wrong[order], probability[order])
    assert moved.total == pytest.approx(budget.total, abs=1e-6 * n)
