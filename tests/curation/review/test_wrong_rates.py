"""The share of wrong labels along the ranking."""

import numpy as np
import pytest

from curation.review.wrong_rates import draw_rates, ranking_cells

N = 400
QUALITY = np.linspace(0.01, 0.99, N)


def test_cells_double_away_from_the_boundary() -> None:
    inclusion = np.where(np.arange(N) < 100, 1.0, 0.1)
    cells, head = ranking_cells(QUALITY, inclusion)
    assert head.tolist() == [True] * 100 + [False] * 300
    assert (np.diff(cells) >= 0).all()  # from the most suspicious on
    assert np.bincount(cells[~head])[cells[~head].min() :].tolist() == [50, 100, 150]  # the last is cut off
    assert cells[99] == cells[51] == cells[50] == cells[49] + 1


def test_without_verdicts_the_rates_are_those_of_the_scores_and_wide() -> None:
    cells, _ = ranking_cells(QUALITY, np.zeros(N))
    none = np.zeros(N, np.bool_)
    rates = draw_rates(QUALITY, cells, none, none)
    assert ((rates > 0) & (rates < 1)).all()
    assert rates.mean(0)[0] > rates.mean(0)[-1]
    assert np.ptp(np.quantile(rates[:, 0], [0.05, 0.95])) > 0.5


def test_many_verdicts_fix_the_rate_of_their_cell() -> None:
    cells, _ = ranking_cells(QUALITY, np.zeros(N))
    known = cells == cells[-1]
    wrong = known & (np.arange(N) % 4 == 0)  # a quarter, though the scores say that hardly any is
    rates = draw_rates(QUALITY, cells, known, wrong)[:, cells[-1]]
    assert abs(rates.mean() - 0.25) < 0.05
    assert rates.std() == pytest.approx(np.sqrt(0.25 * 0.75 / known.sum()), rel=0.2)  # the binomial one
