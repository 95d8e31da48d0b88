"""Learning-rate schedules, stepped after every batch: a literal table."""

from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, CyclicLR, LRScheduler, OneCycleLR, StepLR

from models.training.config import TrainConfig

LOWEST = 1 / 25  # of the cyclic schedule, as a share of its peak; one-cycle starts there too


def _constant(optimiser: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    return ConstantLR(optimiser, factor=1.0)


def _step(optimiser: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    """He et al. 2016, arXiv:1512.03385: multiply after every `step_epochs` epochs."""
    return StepLR(optimiser, config.step_epochs * steps, config.step_factor)


def _cyclic(optimiser: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    """Smith 2015, arXiv:1506.01186: up and down in a straight line, repeated."""
    half = max(1, config.cycle_epochs * steps // 2)
    return CyclicLR(optimiser, config.peak_lr * LOWEST, config.peak_lr, step_size_up=half, cycle_momentum=False)


def _one_cycle(optimiser: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    """Smith & Topin 2018, arXiv:1708.07120."""
    return OneCycleLR(optimiser, config.peak_lr, total_steps=config.epochs * steps)


def _cosine(optimiser: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    """Loshchilov & Hutter 2016, arXiv:1608.03983, without restarts."""
    return CosineAnnealingLR(optimiser, config.epochs * steps)


# optimiser, config, steps an epoch -> schedule
SCHEDULES: dict[str, Callable[[Optimizer, TrainConfig, int], LRScheduler]] = {
    "constant": _constant,
    "step": _step,
    "cyclic": _cyclic,
    "one-cycle": _one_cycle,
    "cosine": _cosine,
}
