"""Losses by hand and at their limits."""

import math

import pytest
import torch
from torch.nn import functional

from models.training.config import TrainConfig
from models.training.losses import LOSSES, generalised_cross_entropy

LOGITS = torch.tensor([[math.log(0.2), math.log(0.8)], [math.log(0.5), math.log(0.5)]])
LABELS = torch.tensor([1, 0])


def test_generalised_cross_entropy_by_hand() -> None:
    expected = ((1 - 0.8**0.7) / 0.7 + (1 - 0.5**0.7) / 0.7) / 2
    assert float(generalised_cross_entropy(LOGITS, LABELS, 0.7)) == pytest.approx(expected, abs=1e-6)


def test_its_limits_are_cross_entropy_and_absolute_error() -> None:
    near = float(generalised_cross_entropy(LOGITS, LABELS, 1e-3))
    assert near == pytest.approx(float(functional.cross_entropy(LOGITS, LABELS)), rel=1e-3)
    assert float(generalised_cross_entropy(LOGITS, LABELS, 1.0)) == pytest.approx((0.2 + 0.5) / 2, abs=1e-6)


def test_it_is_bounded_and_finite_for_a_label_the_model_rules_out() -> None:
    logits = torch.tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = generalised_cross_entropy(logits, torch.tensor([1]), 0.7)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(1 / 0.7)
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_is_torchs(smoothing: float) -> None:
    loss = LOSSES["cross-entropy"](LOGITS, LABELS, TrainConfig(label_smoothing=smoothing))
    assert float(loss) == pytest.approx(float(functional.cross_entropy(LOGITS, LABELS, label_smoothing=smoothing)))


def test_it_learns_the_right_class_where_a_third_of_the_labels_are_wrong() -> None:
    """Two clusters, labels of one cluster partly wrong: the robust loss ends nearer to the truth."""
    generator = torch.Generator().manual_seed(0)
    points = torch.cat([torch.randn(200, 2, generator=generator) - 2, torch.randn(200, 2, generator=generator) + 2])
    truth = (torch.arange(400) >= 200).long()
    given = torch.where((truth == 0) & (torch.rand(400, generator=generator) < 0.3), 1, truth)
    confidence = {}
    for loss in LOSSES:
        layer = torch.nn.Linear(2, 2)
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        optimiser = torch.optim.Adam(layer.parameters(), 0.05)
        for _ in range(300):
            optimiser.zero_grad()
            LOSSES[loss](layer(points), given, TrainConfig(label_smoothing=0)).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        confidence[loss] = layer(points).softmax(1)[torch.arange(400), truth].mean().item()
    assert confidence["generalised-cross-entropy"] > confidence["cross-entropy"] + 0.05
