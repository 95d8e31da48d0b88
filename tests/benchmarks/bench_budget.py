"""Simulated reviews: how often the intervals of curation.review.budget hold the truth, and how near its estimates come.

`python -m tests.benchmarks.bench_budget FILE.npz [REVIEWS]` with arrays image_ids, labels, truth and label_quality;
without a file on generated labels, from well ranked to ranked upside down.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.review.budget import Budget, estimate
from curation.review.drawn_looks import draw_order, inclusion, review_queue
from models.arrays import BoolArray, FloatArray

LOOKS = (0, 20, 100, 200, 500)
SIZES = (300, 2_000, 50_000)
RATES = (0.0, 0.005, 0.05, 0.17, 0.4)
Doubles = npt.NDArray[np.float64]
# log-odds of being wrong as the models see it, from a score, normal with spread 1 and 2.5 more for wrong labels
CALIBRATIONS: dict[str, Callable[[Doubles], Doubles]] = {
    "good": lambda odds: odds,
    "too suspicious": lambda odds: odds / 2 + 2,
    "too trusting": lambda odds: odds * 1.5 - 3,
    "hides 40 %": lambda odds: odds,
    "useless": lambda odds: odds,
    "upside down": lambda odds: -odds - 4,
}


def generate(kind: str, n: int, rate: float, rng: np.random.Generator) -> tuple[FloatArray, BoolArray]:
    """Return label quality and whether each label is wrong, shape (n,) each; `kind` of CALIBRATIONS."""
    wrong = rng.random(n) < rate
    seen = wrong.copy()
    if kind == "hides 40 %":
        seen &= rng.random(n) < 0.6
    if kind == "useless":
        seen = rng.permutation(seen)
    odds = np.log(max(rate, 0.5 / n) / (1 - rate)) + 2.5 * (rng.normal(size=n) + 2.5 * seen) - 3.125
    return (0.5 - 0.5 * np.tanh(CALIBRATIONS[kind](odds) / 2)).astype(np.float32), wrong


def review(
    quality: FloatArray,
    wrong: BoolArray,
    image_ids: npt.NDArray[np.str_],
    seed: int,
    at: tuple[int, ...] = LOOKS,
) -> list[tuple[Budget, list[int]]]:
    """Return the budget after some numbers of looks of one review, each with what the next ones found."""
    draws = draw_order(image_ids, quality, seed)
    todo = review_queue(quality, draws, np.zeros(len(quality), np.bool_))
    steps = []
    for looks in at:
        looked, drawn = np.zeros((2, len(quality)), np.bool_)
        looked[todo.rows[:looks]] = True
        drawn[todo.rows[todo.drawn]] = True
        probability = inclusion(quality, draws, looked, drawn)
        budget = estimate(quality, looked, wrong & looked, probability, upcoming=todo.rows[looks:])
        finds = [int(wrong[todo.rows[looks : looks + ahead]].sum()) for ahead in budget.next_finds]
        steps.append((budget, finds))
    return steps


def figures(steps: list[tuple[Budget, list[int]]], truths: list[int]) -> list[float]:
    """Return, over reviews at one number of looks, what a line of the table shows."""
    totals = np.array([budget.total for budget, _ in steps], np.float64)  # (reviews, 3): expected, low, high
    truth = np.array(truths)
    held = (totals[:, 1] <= truth) & (truth <= totals[:, 2])
    near = np.abs(totals[:, 0] - truth) <= 0.2 * truth
    forecasts = [
        [own.low <= found <= own.high for own, found in zip(budget.next_finds.values(), finds, strict=True)]
        for budget, finds in steps
    ]
    found = float(np.mean([budget.found for budget, _ in steps]))
    return [found, *totals.mean(0).tolist(), *(100 * np.array([held.mean(), near.mean(), np.mean(forecasts)]))]


HEADER = f"{'looks':>6}{'found':>8}{'estimate':>10}{'interval':>16}{'held %':>8}{'in 20 %':>9}{'forecasts held %':>18}"


def line(looks: int, row: list[float]) -> str:
    found, expected, low, high, held, near, forecasts = row
    between = f"{low:,.0f} to {high:,.0f}"
    return f"{looks:>6}{found:>8,.0f}{expected:>10,.0f}{between:>16}{held:>8.0f}{near:>9.0f}{forecasts:>18.0f}"


def measure_file(path: Path, reviews: int) -> None:
    """Print means over reviews of one data set; only the seed of the draw order differs between them."""
    with np.load(path) as data:
        quality, wrong = data["label_quality"].astype(np.float32), data["labels"] != data["truth"]
        image_ids = data["image_ids"].astype(np.str_)
    print(f"{len(wrong):,} images, {int(wrong.sum()):,} wrong labels, {reviews} reviews\n{HEADER}")
    runs = [review(quality, wrong, image_ids, seed) for seed in range(reviews)]
    for i, looks in enumerate(LOOKS):
        print(line(looks, figures([run[i] for run in runs], [int(wrong.sum())] * reviews)), flush=True)


def measure_generated(sizes: tuple[int, ...], reviews: int) -> None:
    """Print one block for each kind, size and rate; the worst coverage comes last."""
    worst: list[tuple[float, str]] = []
    groups = [(kind, n, rate) for kind in CALIBRATIONS for n in sizes for rate in RATES]
    for group, (kind, n, rate) in enumerate(groups):
        rng, started = np.random.default_rng(group), time.perf_counter()
        image_ids = np.array([str(i) for i in range(n)])
        problems = [generate(kind, n, rate, rng) for _ in range(reviews)]
        seeds = range(group * reviews, (group + 1) * reviews)  # other draws in each group: one bad luck is not all
        runs = [review(*problem, image_ids, seed) for problem, seed in zip(problems, seeds, strict=True)]
        truths = [int(wrong.sum()) for _, wrong in problems]
        took = (time.perf_counter() - started) / reviews
        print(f"\n{kind}, {n:,} images, {np.mean(truths):,.0f} wrong labels ({took:.2f} s a review)\n{HEADER}")
        for i, looks in enumerate(LOOKS):
            row = figures([run[i] for run in runs], truths)
            worst.append((row[4], f"{row[4]:.0f} % at {looks} looks: {kind}, {n:,} images, {rate:.1%} wrong"))
            print(line(looks, row), flush=True)
    print(f"\nintervals held the truth in {np.mean([held for held, _ in worst]):.1f} % on average; least often:")
    print("\n".join(text for _, text in sorted(worst)[:8]))


def run(_: Path) -> None:
    """Print the table for generated labels, sizes that take about a minute."""
    measure_generated(SIZES[1:2], 20)


if __name__ == "__main__":
    given = sys.argv[1:]
    if given and not given[0].isdigit():
        measure_file(Path(given[0]), int(given[1]) if len(given) > 1 else 100)
    else:
        measure_generated(SIZES, int(given[0]) if given else 100)
