"""Verdicts on many images at once count as themselves: what they say of other images is not believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.review.bench import Bench
from curation.review.budget import Budget
from curation.review.drawn_looks import draw_order, review_queue
from curation.review.looks import GRID, at_once
from curation.review.population import Population, population
from curation.review.tally import Tally
from curation.workspace.folders import Workspace
from models.arrays import BoolArray
from tests.helpers.small_audit import small_audit

N, WALKED, PAGE = 1000, 80, 72
RANDOM = np.random.default_rng(5)
CHANCE = np.where(RANDOM.random(N) < 0.1, RANDOM.beta(6, 2, N), RANDOM.beta(1, 12, N))  # of a wrong label
WRONG: BoolArray = RANDOM.random(N) < CHANCE
QUALITY = (1 - CHANCE).astype(np.float32)
DRAWS = draw_order(np.array([f"{row}.png" for row in range(N)]), QUALITY, 0)
QUEUE = review_queue(QUALITY, DRAWS, np.zeros(N, bool))
PART: Population = population(QUALITY, DRAWS, np.ones(N, bool))
# The grid shows the most suspicious images of a confusion: some of them come next in the ranking.
GRID_ROWS = np.setdiff1d(np.argsort(QUALITY)[:400][RANDOM.random(400) < 0.5], QUEUE.rows[:WALKED])[:PAGE]


def budget_after(verdicts: BoolArray | None, said: BoolArray) -> Budget:
    """Return the estimate after a walk, and after verdicts on the grid.

    Args:
        verdicts: that each image of GRID_ROWS is wrong; None where the grid was not used.
        said: which of them got a verdict.
    """
    looked, drawn, walked, wrong = (np.zeros(N, bool) for _ in range(4))
    rows = QUEUE.rows[:WALKED]
    looked[rows] = walked[rows] = True
    drawn[rows], wrong[rows] = QUEUE.drawn[:WALKED], WRONG[rows]
    if verdicts is not None:
        looked[GRID_ROWS[said]], wrong[GRID_ROWS[said]] = True, verdicts[said]
    nothing = np.zeros(N, bool)
    tally = Tally(looked, nothing, wrong, drawn, walked, nothing, nothing, {}, {})
    return PART.budget(tally, QUALITY)


EVERY = np.ones(len(GRID_ROWS), bool)


@given(st.lists(st.booleans(), min_size=len(GRID_ROWS), max_size=len(GRID_ROWS)))
def test_what_is_said_in_the_grid_moves_no_other_image(verdicts: list[bool]) -> None:
    says, truth = np.array(verdicts), WRONG[GRID_ROWS]
    budget, other = budget_after(says, EVERY), budget_after(truth, EVERY)
    assert budget.left == other.left
    assert budget.total.expected - other.total.expected == pytest.approx(int(says.sum()) - int(truth.sum()))
    assert budget.drawn == other.drawn


def test_the_images_judged_in_the_grid_leave_the_estimate_and_nothing_else_does() -> None:
    before, after = budget_after(None, EVERY), budget_after(WRONG[GRID_ROWS], EVERY)
    assert after.found == before.found + int(WRONG[GRID_ROWS].sum())
    drop = before.left.expected - after.left.expected
    assert drop > 0
    spread = before.left.high - before.left.low
    expected = float(CHANCE[GRID_ROWS].sum())
    print(f"left {before.left} -> {after.left}; {expected:.0f} of {len(GRID_ROWS)} were expected to be wrong")
    assert abs(drop - expected) < 0.15 * spread  # cells of the ranking are cut anew around them
    assert after.left.low <= int(WRONG.sum()) - after.found <= after.left.high


def test_verdicts_of_the_grid_in_the_log(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    bench = Bench(audit, ledger)
    models = bench.budget("all")
    queue = at_once("all: sea → forest", GRID)
    ledger.decide(Decision("anna", "test/sea/0.png", "relabel", ("forest",), queue=queue))
    wrong = bench.budget("all")
    ledger.undo("anna")
    ledger.decide(Decision("anna", "test/sea/0.png", "keep", queue=queue))
    right = bench.budget("all")
    assert wrong.left == right.left
    assert (wrong.found, right.found, wrong.drawn) == (1, 0, 0)
    assert wrong.left.expected <= models.left.expected
