"""Optimisers: a literal table."""

from collections.abc import Callable, Iterable

import torch
from torch.nn import Parameter
from torch.optim import Optimizer

from models.training.config import TrainConfig


def _sgd(parameters: Iterable[Parameter], config: TrainConfig) -> Optimizer:
    return torch.optim.SGD(
        parameters, config.peak_lr, momentum=config.momentum, weight_decay=config.weight_decay, fused=True
    )


def _adam(parameters: Iterable[Parameter], config: TrainConfig) -> Optimizer:
    return torch.optim.Adam(parameters, config.peak_lr, weight_decay=config.weight_decay, fused=True)


def _adamw(parameters: Iterable[Parameter], config: TrainConfig) -> Optimizer:
    return torch.optim.AdamW(parameters, config.peak_lr, weight_decay=config.weight_decay, fused=True)


OPTIMISERS: dict[str, Callable[[Iterable[Parameter], TrainConfig], Optimizer]] = {
    "sgd": _sgd,
    "adam": _adam,
    "adamw": _adamw,
}
