"""A part of the images under review."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.drawn_looks import draw_order
from curation.review.population import population
from models.arrays import FloatArray
from models.errors import ErrataError

N = 60
IDS = np.array([f"{row}.png" for row in range(N)])
QUALITY: FloatArray = np.linspace(0.01, 0.6, N, dtype=np.float32)  # row 0 is the most suspicious
ORDER = draw_order(IDS, QUALITY, 0)


@given(st.integers(0, 2**N - 1).filter(bool))
def test_a_part_keeps_the_tickets_of_the_whole(chosen: int) -> None:
    chosen_rows = np.array([bool(chosen >> row & 1) for row in range(N)])
    part = population(QUALITY, ORDER, chosen_rows)
    assert part.draws.tickets.tolist() == ORDER.tickets[chosen_rows].tolist()
    assert part.rows[part.draws.order].tolist() == [row for row in ORDER.order.tolist() if chosen_rows[row]]


def test_a_part_without_images() -> None:
    with pytest.raises(ErrataError, match="no image to review in this split"):
        population(QUALITY, ORDER, np.zeros(N, bool))
