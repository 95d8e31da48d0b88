"""Learning rates by hand."""

import pytest
import torch

from models.training.config import TrainConfig
from models.training.optimisers import OPTIMISERS
from models.training.schedules import LOWEST, SCHEDULES

STEPS = 4  # an epoch


def rates(schedule: str, epochs: int = 4, **settings: int | float) -> list[float]:
    config = TrainConfig(epochs=epochs, optimiser="sgd", peak_lr=1.0, schedule=schedule, **settings)  # type: ignore[arg-type]
    optimiser = OPTIMISERS["sgd"]([torch.nn.Parameter(torch.zeros(1))], config)
    plan = SCHEDULES[schedule](optimiser, config, STEPS)
    values = []
    for _ in range(epochs * STEPS):
        values.append(float(plan.get_last_lr()[0]))
        optimiser.step()
        plan.step()
    return values


def test_constant() -> None:
    assert rates("constant") == [1.0] * 16


def test_step_divides_after_so_many_epochs() -> None:
    values = rates("step", step_epochs=2, step_factor=0.1)
    assert values == pytest.approx([1.0] * 8 + [0.1] * 8)


def test_cyclic_is_a_triangle_of_whole_epochs() -> None:
    values = rates("cyclic", cycle_epochs=2)  # 4 steps up, 4 down
    quarter = (1 - LOWEST) / 4
    up = [LOWEST + quarter * step for step in range(4)]
    assert values == pytest.approx((up + [1 - quarter * step for step in range(4)]) * 2)


def test_one_cycle_rises_to_its_peak_and_ends_near_zero() -> None:
    values = rates("one-cycle")
    assert max(values) == pytest.approx(1.0, abs=0.05)
    assert values[0] == pytest.approx(1 / 25)
    assert values[-1] < 1e-3


def test_cosine_falls_from_its_peak_to_zero() -> None:
    values = rates("cosine")
    assert values[0] == 1.0
    assert values[8] == pytest.approx(0.5)
    assert values[-1] < 0.02
    assert values == sorted(values, reverse=True)
