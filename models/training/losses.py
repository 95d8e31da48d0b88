"""Losses: a literal table."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from models.training.config import TrainConfig


def _cross_entropy(logits: Tensor, labels: Tensor, config: TrainConfig) -> Tensor:
    return functional.cross_entropy(logits, labels, label_smoothing=config.label_smoothing)


def _generalised(logits: Tensor, labels: Tensor, config: TrainConfig) -> Tensor:
    return generalised_cross_entropy(logits, labels, config.gce_q)


def generalised_cross_entropy(logits: Tensor, labels: Tensor, q: float) -> Tensor:
    """Return the mean of (1 - p^q) / q, p the probability of the label: labels a model can't fit weigh less.

    Args:
        logits: shape (B, K).
        labels: class indices, shape (B,).
        q: in (0, 1]; towards 0 the cross-entropy, at 1 the mean absolute error, which ignores wrong labels but learns
            slowly.

    Source: Zhang & Sabuncu 2018, arXiv:1805.07836.
    """
    chosen = torch.log_softmax(logits, 1).gather(1, labels[:, None]).squeeze(1)
    return -torch.expm1(q * chosen).mean() / q  # expm1: no cancellation where p is near 1


LOSSES: dict[str, Callable[[Tensor, Tensor, TrainConfig], Tensor]] = {
    "cross-entropy": _cross_entropy,
    "generalised-cross-entropy": _generalised,
}
